using System.Diagnostics;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Checking;

namespace Pipeline.Training.Tests.Commands;

/// <summary><c>data convert</c> and <c>data synth --format</c> as real processes.</summary>
public sealed class DataConvertCommandTests : IDisposable
{
    private readonly CommandCases cases = new();

    public static TheoryData<string> Formats => [.. DatasetFormats.Names];

    [Theory, MemberData(nameof(Formats))]
    public async Task Every_format_has_the_same_objects_and_a_clean_check(string format)
    {
        var output = await Convert(format, "new");

        Assert.Contains("5 images", output);
        Assert.Contains("sizes, positions and angles of KITTI's objects", output);
        Assert.Equal(Objects("kitti"), Objects("new"));
        Assert.Equal(0, (await CommandCases.Run("data", "check", "--data", cases.In("new"))).Code);
    }

    [Theory, MemberData(nameof(Formats))]
    public async Task The_same_scenes_are_drawn_in_every_format(string format)
    {
        await CommandCases.Done(
            "data", "synth", "--output", cases.In("drawn"), "--count", "70", "--width", "64", "--height", "32", "--format", format);
        await CommandCases.Done("data", "synth", "--output", cases.In("as-kitti"), "--count", "70", "--width", "64", "--height", "32");

        Assert.Equal(format, Dataset.Open(cases.In("drawn")).Format.Name);
        Assert.Equal(Objects("as-kitti"), Objects("drawn"));
    }

    [Fact]
    public async Task Unlabelled_scenes_have_no_format() => await CommandCases.Refused(
        "leave out --format", "data", "synth", "--output", cases.In("drawn"), "--count", "2", "--unlabelled", "--format", "voc");

    [Fact]
    public async Task An_interrupted_command_leaves_nothing()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var process = TrainingProgram.Start(
            "data", "synth", "--output", cases.In("drawn"), "--count", "1000000", "--format", "voc");
        while (Directory.GetFileSystemEntries(cases.In("."), ".drawn*").Length == 0)
        {
            Assert.False(process.HasExited);
            await Task.Delay(50, cancellation);
        }

        using var kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
        var (code, _, errors) = await TrainingProgram.End(process, cancellation);

        Assert.Equal((130, "interrupted.\n"), (code, errors));
        Assert.Equal([cases.In("./kitti")], Directory.GetFileSystemEntries(cases.In(".")));
    }

    [Fact]
    public async Task A_list_restricts_the_images_and_classes_get_new_names()
    {
        File.WriteAllText(cases.In("some.txt"), "000003\n000001\n");
        File.WriteAllText(cases.Label("000003"), "Car 0 0 0 20 30 80 70 1 1 1 1 1 1 0\n");

        await Convert("coco", "new", "--list", cases.In("some.txt"), "--label-map", "Car=traffic light");

        Assert.Equal(["000001", "000003"], Dataset.Open(cases.In("new")).ImageIds);
        Assert.Contains("traffic light", Dataset.Open(cases.In("new")).Classes.Select(entry => entry.Name));
        await CommandCases.Refused(
            "--label-map 'traffic light=…'",
            "data", "convert", "--data", cases.In("new"), "--to", "kitti", "--output", cases.In("back"));
        await CommandCases.Done(
            "data", "convert", "--data", cases.In("new"), "--to", "kitti", "--output", cases.In("back"),
            "--label-map", "traffic light=traffic_light");
    }

    [Fact]
    public async Task Nothing_is_written_over_or_into_what_is_there()
    {
        Directory.CreateDirectory(cases.In("full"));
        File.WriteAllText(cases.In("full/mine"), "");
        Directory.CreateDirectory(cases.In("empty"));
        Directory.CreateSymbolicLink(cases.In("link"), cases.In("kitti"));
        Directory.CreateSymbolicLink(cases.In("deep-link"), cases.In("kitti/training/label_2"));

        await Refused("already exists and is not empty", "full");
        await Refused("this is inside the data set", "kitti");
        await Refused("this is inside the data set", "kitti/new");
        await Refused("this is inside the data set", "kitti/training/image_2/new");
        await Refused("this is inside the data set", "link/new");
        await Refused("this is inside the data set", "deep-link/new");
        await Refused("is a file, not a folder", "full/mine/new");
        await Refused("this is a file", "full/mine");
        await Convert("yolo", "empty");
        Assert.NotEmpty(Directory.GetFiles(cases.In("empty")));
    }

    [Fact]
    public async Task Without_labels_there_is_nothing_to_convert()
    {
        Directory.Delete(cases.In("kitti/training/label_2"), recursive: true);
        await Refused("no image has labels", "new");
        await CommandCases.Refused(
            "no image has labels", "data", "show", "--data", cases.In("kitti"), "--output", cases.In("sheet.png"));
        Assert.Equal([cases.In("./kitti")], Directory.GetFileSystemEntries(cases.In(".")));
    }

    [Fact]
    public async Task An_error_in_the_source_is_said_with_its_place_and_nothing_is_written()
    {
        File.AppendAllText(cases.Label("000004"), "\nCar\n");
        await Refused("000004.txt:", "new");
        File.WriteAllText(cases.Label("000004"), "");
        cases.Replace("000002", path => File.CreateSymbolicLink(path, "nowhere.png"));
        await Refused("000002.png: this is a link to nowhere.png", "new");
        cases.Replace("000002", CommandCases.MakePipe);
        await Refused("000002.png: this is a pipe", "new");

        Assert.DoesNotContain(Directory.GetFileSystemEntries(cases.In(".")), entry => entry.Contains("new", StringComparison.Ordinal));
    }

    public void Dispose() => cases.Dispose();

    private Task<string> Convert(string to, string output, params string[] options) =>
        CommandCases.Done(["data", "convert", "--data", cases.In("kitti"), "--to", to, "--output", cases.In(output), .. options]);

    private Task Refused(string reason, string output) =>
        CommandCases.Refused(reason, "data", "convert", "--data", cases.In("kitti"), "--to", "coco", "--output", cases.In(output));

    private IEnumerable<(string Name, int Objects)> Objects(string name)
    {
        var report = DatasetCheck.Run(
            Dataset.Open(cases.In(name)), [], decode: false, cancellation: TestContext.Current.CancellationToken);
        Assert.True(report.Content.Objects > 0);
        return report.Content.Classes
            .Where(entry => entry.Objects > 0)
            .Select(entry => (entry.Name, entry.Objects))
            .OrderBy(entry => entry.Name, StringComparer.Ordinal);
    }
}
