using System.Globalization;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Detection.Training;

namespace Pipeline.Training.Tests.Detection.Training;

public sealed class FinetuneImagesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("frames").FullName;
    private readonly Dataset dataset;

    public FinetuneImagesTests()
    {
        var size = new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 };
        StreetSceneWriter.WriteKitti(In("kitti"), size, 0, 10, cancellation: TestContext.Current.CancellationToken);
        dataset = Dataset.Open(In("kitti"));
    }

    [Fact]
    public void Frames_for_validation_are_neither_learned_from_nor_tested_on_whichever_lists_there_are()
    {
        var validation = List("validation.txt", 1, 2);
        var test = List("test.txt", 8, 9);
        FinetuneOptions[] each =
        [
            Options with { ValidationList = validation },
            Options with { ValidationList = validation, TestList = test },
            Options with { ValidationList = validation, TestList = test, TrainList = List("train.txt", 0, 3, 4) },
        ];

        Assert.All(each, options =>
        {
            var frames = Frames(options);
            Assert.Equal(["000001", "000002"], frames.Validation);
            Assert.Empty(frames.Train.Intersect(frames.Validation));
            Assert.Empty(frames.Test.Intersect(frames.Validation));
            Assert.NotEmpty(frames.Test);
            Assert.Equal(frames.Validation, frames.Choosing);
            Assert.DoesNotContain(frames.Remarks(), remark => remark.Contains("chosen on the test list", StringComparison.Ordinal));
        });
        Assert.Equal(["000000", "000003", "000004", "000005", "000006", "000007"], Frames(each[1]).Train);
    }

    [Fact]
    public void Without_a_list_for_validation_it_is_said_that_the_test_list_chooses()
    {
        var frames = Frames(Options with { TestList = List("test.txt", 8, 9) });

        Assert.True(frames.TestChooses);
        Assert.Equal(["000008", "000009"], frames.Choosing);
        const string Remark = "the best epoch is chosen on the test list";
        Assert.Contains(frames.Remarks(), remark => remark.StartsWith(Remark, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("1 2", "2 3", "5", "testList: image '000002' is trained on and measured on")]
    [InlineData("1 2", "3 4", "1", "validationList: image '000001' is trained on and measured on")]
    [InlineData("1 2", "3 4", "4 5", "validationList: image '000004' is in the test list too")]
    public void A_frame_in_two_lists_is_refused_unless_that_is_allowed(string train, string test, string validation, string reason)
    {
        var options = Options with
        {
            TrainList = List("train.txt", Numbers(train)),
            TestList = List("test.txt", Numbers(test)),
            ValidationList = List("validation.txt", Numbers(validation)),
        };

        var refusal = Assert.Throws<UserErrorException>(() => Frames(options)).Message;

        Assert.StartsWith(reason, refusal);
        Assert.EndsWith("; make the lists disjoint, or set allowOverlappingSplit.", refusal);
        Assert.NotEmpty(Frames(options with { AllowOverlappingSplit = true }).Train);
    }

    [Fact]
    public void A_detector_and_a_backbone_to_begin_from_exclude_each_other()
    {
        var options = Options with { Weights = "a.safetensors", BackboneWeights = "b.safetensors" };

        Assert.Contains("a detector contains its backbone", Assert.ThrowsAny<UserErrorException>(() => OptionRules.Check(options)).Message);
        OptionRules.Check(options with { BackboneWeights = null });
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private FinetuneOptions Options => new() { Data = In("kitti"), Output = In("run"), Labels = ["Car", "Truck", "Pedestrian", "Cyclist"] };

    private static int[] Numbers(string text) => [.. text.Split(' ').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];

    private FinetuneImages Frames(FinetuneOptions options) => new(options, dataset, new LabelMap(options.Labels, options.LabelMap));

    private string List(string name, params int[] frames)
    {
        ImageList.Write(In(name), frames.Select(frame => frame.ToString("D6", CultureInfo.InvariantCulture)));
        return In(name);
    }

    private string In(string name) => Path.Combine(folder, name);
}
