using Pipeline.Shared.Datasets;
using Pipeline.Shared.Imaging;
using Pipeline.Training.Backbones;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Training;

namespace Pipeline.Training.Tests.Engine;

/// <summary>A training of a detector that takes about a second.</summary>
internal static class TinyFinetune
{
    public static DetectorOptions Detector { get; } = new()
    {
        NumClasses = 8,
        Backbone = new ResNetOptions { Architecture = "resnet18", WidthMultiplier = 0.125, BatchNorm = BatchNormMode.Train },
        FpnChannels = 8,
        BoxHeadChannels = 16,
        MinSizePixels = 64,
        MaxSizePixels = 200,
        RpnPreNmsTopNTrain = 100,
        RpnPostNmsTopNTrain = 50,
        RpnPreNmsTopNTest = 100,
        RpnPostNmsTopNTest = 50,
    };

    public static FinetuneOptions Options(string data, string output) => new()
    {
        Data = data,
        Output = output,
        Epochs = 1,
        BatchSize = 4,
        Detector = Detector,
    };

    /// <summary>A training as <c>finetune</c> begins it, outside of its loop.</summary>
    public static DetectorTraining Training(FinetuneOptions options, IDetectorArchitecture architecture)
    {
        var dataset = Dataset.Open(options.Data);
        return new DetectorTraining(DetectorTraining.WithClasses(options, dataset), dataset, architecture);
    }

    /// <summary>All images of a data set with their annotations.</summary>
    public static IReadOnlyList<SurveyedImage> Images(Dataset dataset) =>
        DatasetSurvey.Of(dataset, dataset.ImageIds, new ImageLimits()).Images;
}
