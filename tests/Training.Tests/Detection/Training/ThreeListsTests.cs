using System.Globalization;
using System.Text.Json;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Backbones;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Engine;
using Pipeline.Training.Tests.Engine;

namespace Pipeline.Training.Tests.Detection.Training;

public sealed class ThreeListsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lists").FullName;

    public ThreeListsTests()
    {
        var size = new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 };
        StreetSceneWriter.WriteKitti(In("kitti"), size, 0, 10, cancellation: TestContext.Current.CancellationToken);
        List("validation.txt", 1, 2);
        List("test.txt", 7, 8, 9);
    }

    [Fact]
    public void The_list_for_validation_chooses_and_ends_the_run_and_the_test_list_is_measured_once_at_the_end()
    {
        var options = Tiny("run") with { ValidationList = In("validation.txt"), TestList = In("test.txt"), Patience = 2, Epochs = 9 };

        var result = Run(options);

        var report = Report("run");
        var best = result.Epochs.First(epoch => epoch.Map == result.Epochs.Max(other => other.Map));
        Assert.Equal(best.Epoch + 2, result.Epochs.Count);
        Assert.Equal((result.Epochs.Count, true, "validation"), (report.Epochs, report.StoppedEarly, report.ChosenOn));
        Assert.Equal((best.Epoch, best.Map), (report.BestEpoch, report.BestMap));
        Assert.NotNull(report.Test!.Map);
        var measured = $" measured once: mAP {Share(report.Test.Map)}, mAP50 {Share(report.Test.Map50)}";
        Assert.Contains(Log("run"), line => line.EndsWith(measured, StringComparison.Ordinal));

        var again = Run(options, resume: true);
        Assert.Equal(result.Epochs.Count, again.Epochs.Count);
        Assert.Equal(1, Log("run").Count(line => line.Contains("measured once", StringComparison.Ordinal)));
    }

    [Fact]
    public void Without_it_the_test_list_chooses_and_the_report_says_so()
    {
        var result = Run(Tiny("run") with { TestList = In("test.txt"), Epochs = 2 });

        var report = Report("run");
        Assert.Equal(("test", false), (report.ChosenOn, report.StoppedEarly));
        Assert.Equal(result.Epochs.Max(epoch => epoch.Map), report.Test!.Map);
        const string Remark = "chosen on the test list, so its mAP there";
        Assert.Contains(Log("run"), line => line.Contains(Remark, StringComparison.Ordinal));
        Assert.True(File.Exists(In("run/best.safetensors")));
    }

    [Fact]
    public void A_run_that_was_ended_stops_early_in_the_same_epoch()
    {
        var options = Tiny("whole") with { ValidationList = In("validation.txt"), TestList = In("test.txt"), Patience = 1, Epochs = 9 };
        var whole = Run(options);
        using var source = new CancellationTokenSource();
        var control = new RunControl { Cancellation = source.Token, Progress = new EndAfterFirstStep(source) };
        Assert.Throws<OperationCanceledException>(() => DetectorTraining.Run(options with { Output = In("ended") }, control));

        var ended = Run(options with { Output = In("ended") }, resume: true);

        Assert.Equal(Numbers(whole), Numbers(ended));
        Assert.Equal(File.ReadAllText(In("whole/report.json")), File.ReadAllText(In("ended/report.json")));
    }

    [Fact]
    public void A_run_begins_from_a_detector_and_its_log_says_which_classes_are_kept()
    {
        Run(Tiny("first") with { Labels = ["Car", "Truck"] });

        Run(Tiny("second") with { Labels = ["Cyclist", "Car"], Weights = In("first/last.safetensors") });

        const string Anew = "rows with new weights: Cyclist; the file has no class of that name";
        var log = Log("second");
        Assert.Contains(log, line => line.EndsWith("first/last.safetensors: the rows of Car are kept", StringComparison.Ordinal));
        Assert.Contains(log, line => line.EndsWith(Anew, StringComparison.Ordinal));
        Assert.Contains("\"weights\":\"", File.ReadAllText(In("second/data.json")), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string Share(double? value) => value!.Value.ToString("F4", CultureInfo.InvariantCulture);

    private static FinetuneResult Run(FinetuneOptions options, bool resume = false) =>
        DetectorTraining.Run(options, new RunControl { Resume = resume, Cancellation = TestContext.Current.CancellationToken });

    private static IEnumerable<(int Epoch, double Loss, double? Map)> Numbers(FinetuneResult result) =>
        result.Epochs.Select(epoch => (epoch.Epoch, epoch.Loss, epoch.Map));

    private string[] Log(string run) => File.ReadAllLines(In($"{run}/log.txt"));

    private FinetuneReport Report(string run) =>
        JsonSerializer.Deserialize<FinetuneReport>(File.ReadAllText(In($"{run}/report.json")), JsonFormat.Options)!;

    private void List(string name, params int[] frames) =>
        ImageList.Write(In(name), frames.Select(frame => frame.ToString("D6", CultureInfo.InvariantCulture)));

    private string In(string name) => Path.Combine(folder, name);

    private FinetuneOptions Tiny(string name) => new()
    {
        Data = In("kitti"),
        Output = In(name),
        Labels = ["Car", "Truck", "Pedestrian", "Cyclist"],
        Epochs = 1,
        BatchSize = 4,
        Detector = new DetectorOptions
        {
            Backbone = new ResNetOptions { Architecture = "resnet18", WidthMultiplier = 0.0625, BatchNorm = BatchNormMode.Train },
            FpnChannels = 8,
            BoxHeadChannels = 16,
            MinSizePixels = 48,
            MaxSizePixels = 96,
            RpnPreNmsTopNTrain = 50,
            RpnPostNmsTopNTrain = 20,
            RpnPreNmsTopNTest = 50,
            RpnPostNmsTopNTest = 20,
        },
    };
}
