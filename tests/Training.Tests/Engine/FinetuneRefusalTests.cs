using Microsoft.Extensions.Logging;
using Pipeline.Shared;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Backbones;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Tests.Engine;

/// <summary>What a training of a detector refuses before it begins.</summary>
public sealed class FinetuneRefusalTests(DrawnScenes scenes) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("finetune").FullName;

    [Fact]
    public void An_existing_run_is_not_overwritten()
    {
        Directory.CreateDirectory(Path.Combine(folder, "d"));
        Assert.Contains(
            "already exists",
            Assert.Throws<UserErrorException>(
                () => DetectorTraining.Run(Tiny("d"), new RunControl { Cancellation = TestContext.Current.CancellationToken })).Message);
    }

    [Fact]
    public void A_wrong_label_of_a_test_frame_is_found_before_the_run_begins()
    {
        var wrong = Path.Combine(folder, "wrong");
        StreetSceneWriter.WriteKitti(
            wrong,
            new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 },
            0,
            4,
            cancellation: TestContext.Current.CancellationToken);
        var train = Path.Combine(folder, "train.txt");
        var test = Path.Combine(folder, "test.txt");
        ImageList.Write(train, ["000000", "000001", "000002"]);
        ImageList.Write(test, ["000003"]);
        File.WriteAllText(Path.Combine(wrong, "training", "label_2", "000003.txt"), "Car 0 0\n");

        var refusal = Assert.Throws<UserErrorException>(
            () => DetectorTraining.Run(
                Tiny("r") with { Data = wrong, Labels = ["Car", "Truck", "Pedestrian", "Cyclist"], TrainList = train, TestList = test },
                new RunControl { Cancellation = TestContext.Current.CancellationToken })).Message;
        Assert.Contains("000003.txt:1", refusal);
        Assert.False(Directory.Exists(Path.Combine(folder, "r")));
    }

    [Fact]
    public void A_missing_data_folder_is_named() =>
        Assert.Contains(
            "nowhere",
            Assert.Throws<UserErrorException>(
                () => DetectorTraining.Run(
                    Tiny("e") with { Data = "nowhere" }, new RunControl { Cancellation = TestContext.Current.CancellationToken })).Message);

    [Fact]
    public void Labels_that_drop_every_object_are_refused_and_a_class_without_example_is_warned_of()
    {
        var dataset = Dataset.Open(scenes.Folder);
        var list = Path.Combine(folder, "without-tram.txt");
        string[] Classes(SurveyedImage image) => [.. image.Annotations.Select(entry => entry.Class ?? "")];
        var kept = TinyFinetune.Images(dataset).Where(image => Classes(image).Contains("Car") && !Classes(image).Contains("Tram"));
        ImageList.Write(list, kept.Select(image => image.Image.Id));
        var refusal = Assert.Throws<UserErrorException>(
            () => DetectorTraining.Run(
                Tiny("h") with { Labels = ["Tram"], TrainList = list },
                new RunControl { Cancellation = TestContext.Current.CancellationToken }));
        Assert.Contains("has an object of the classes Tram; their labels name Car,", refusal.Message);

        var lines = new LoggedLines(LogLevel.Information);
        DetectorTraining.Run(
            Tiny("i") with { Labels = ["Car", "Tram"], Iterations = 1, TrainList = list },
            new RunControl { Log = lines, Cancellation = TestContext.Current.CancellationToken });
        Assert.Contains(lines.Events, line => line.Message.Contains("no training image has a Tram", StringComparison.Ordinal));
    }

    [Fact]
    public void Frozen_norms_without_weights_and_frames_in_both_lists_are_refused()
    {
        string Refusal(FinetuneOptions options) =>
            Assert.Throws<UserErrorException>(
                () => DetectorTraining.Run(options, new RunControl { Cancellation = TestContext.Current.CancellationToken })).Message;
        var frozen = Tiny("l").Detector with { Backbone = Tiny("l").Detector.Backbone with { BatchNorm = BatchNormMode.Frozen } };
        Assert.Contains("--backbone-weights", Refusal(Tiny("l") with { Detector = frozen }));

        var list = Path.Combine(folder, "all.txt");
        ImageList.Write(list, Dataset.Open(scenes.Folder).ImageIds);
        Assert.Contains("make the lists disjoint", Refusal(Tiny("m") with { TrainList = list, TestList = list }));
        Assert.False(Directory.Exists(Path.Combine(folder, "l")) || Directory.Exists(Path.Combine(folder, "m")));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private FinetuneOptions Tiny(string name) => TinyFinetune.Options(scenes.Folder, Path.Combine(folder, name));
}
