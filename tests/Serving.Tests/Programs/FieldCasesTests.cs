using Pipeline.Golden;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Backbones;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Export;

namespace Pipeline.Serving.Tests.Programs;

/// <summary>
/// <c>pipeline-serve</c>'s commands as real processes on what people do; each test bears the id of its case in
/// <c>tests/FieldCases/README.md</c>.
/// </summary>
public sealed class FieldCasesTests : IDisposable
{
    private const int MostSidePixels = 16_384;
    private readonly string folder = Directory.CreateTempSubdirectory("serve-cases").FullName;
    private readonly string model;

    public FieldCasesTests()
    {
        StreetSceneWriter.WriteKitti(In("kitti"), new StreetSceneOptions { WidthPixels = 192, HeightPixels = 96 }, 0, 4);
        model = Export("street", ["Car"], MostSidePixels);
    }

    [Fact]
    public async Task D1_detect_never_replaces_the_photo_or_its_label()
    {
        Directory.CreateDirectory(In("ow"));
        File.Copy(Frame("000000"), In("ow/000008.png"));
        File.WriteAllText(In("ow/000008.txt"), "label");
        var photo = File.ReadAllBytes(In("ow/000008.png"));

        await Refused(
            "would overwrite an input",
            "detect", "--model", model, In("ow/000008.png"), "--output", In("ow"), "--formats", "image", "--force");
        await Refused(
            "already exists",
            "detect", "--model", model, In("ow/000008.png"), "--output", In("ow"), "--formats", "json", "kitti");
        await Refused("", "detect", "--model", model, In("ow/000008.png"), "--output", In("ow"));
        Assert.Equal(photo, File.ReadAllBytes(In("ow/000008.png")));
        Assert.Equal("label", File.ReadAllText(In("ow/000008.txt")));
        Assert.Equal(2, Directory.GetFileSystemEntries(In("ow")).Length);
        File.Copy(In("ow/000008.png"), In("ow/manifest.png"));
        await Refused(
            "would overwrite an input",
            "detect", "--model", model, In("ow/manifest.png"), "--output", model, "--formats", "json", "--force");
        await Done("detect", "--model", model, In("ow/000008.png"), "--output", In("found"));
        await Refused("already exists", "detect", "--model", model, In("ow/000008.png"), "--output", In("found"));
        await Done("detect", "--model", model, In("ow/000008.png"), "--output", In("found"), "--force");
    }

    [Fact]
    public async Task D3_evaluate_replaces_its_report_only_with_force_and_a_list_never()
    {
        File.WriteAllText(In("report.json"), "000000\n");

        await Refused(
            "would overwrite an input",
            "evaluate", "--model", model, "--data", In("kitti"), "--split", In("report.json"), "--output", In("."), "--force");
        await Refused("already exists", "evaluate", "--model", model, "--data", In("kitti"), "--output", In("."));
        Assert.Equal("000000\n", File.ReadAllText(In("report.json")));
        await Done("evaluate", "--model", model, "--data", In("kitti"), "--output", In("."), "--force");
        Assert.Contains("\"map\"", File.ReadAllText(In("report.json")));
    }

    [Theory]
    [InlineData("0,3"), InlineData("NaN"), InlineData("2"), InlineData("-0.1"), InlineData("1e999")]
    public Task N1_N5_a_threshold_is_a_number_from_0_to_1(string text) =>
        Refused($"--threshold: '{text}' is not a number from 0 to 1", "detect", "--model", model, Frame("000000"), "--threshold", text);

    [Fact]
    public async Task N5_a_culture_with_a_decimal_comma_changes_nothing()
    {
        string[] arguments = ["detect", "--model", model, Frame("000000"), "--threshold", "0.1"];
        var expected = await BuiltPrograms.Run(BuiltPrograms.Start(BuiltPrograms.Serve, arguments), Cancellation);
        var german = BuiltPrograms.Start(BuiltPrograms.Serve, arguments);
        german.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "false";
        german.Environment["DOTNET_SYSTEM_GLOBALIZATION_PREDEFINED_CULTURES_ONLY"] = "false";
        german.Environment["LC_ALL"] = "de_DE.UTF-8";
        var found = await BuiltPrograms.Run(german, Cancellation);
        Assert.SkipWhen(found.Errors.Contains("libicu", StringComparison.OrdinalIgnoreCase), "ICU is not installed.");

        Assert.Equal((0, expected.Output), (found.Code, found.Output));
        Assert.Contains("\"score\":", expected.Output);
    }

    [Fact]
    public async Task E3_frames_without_objects_give_null_and_a_dash()
    {
        foreach (var file in Directory.GetFiles(In("kitti/training/label_2")))
        {
            File.WriteAllText(file, "");
        }

        Assert.Contains("\"map\": null", await Done("evaluate", "--model", model, "--data", In("kitti"), "--json"));
        var table = await Done("evaluate", "--model", model, "--data", In("kitti"));
        Assert.DoesNotContain("0.0000", table);
    }

    [Theory]
    [InlineData("lists/duplicate.txt", "duplicate.txt:2: image '000000' is already in line 1")]
    [InlineData("lists/with-extension.txt", "with-extension.txt:1: image '000000.png' is not in the data set")]
    public Task E4_E5_a_wrong_list_is_named_with_its_line(string list, string reason) =>
        Refused(reason, "evaluate", "--model", model, "--data", In("kitti"), "--split", FieldCases.Path(list));

    [Fact]
    public async Task K1_K3_evaluate_says_what_it_leaves_out_and_reads_every_extension()
    {
        File.Move(Frame("000000"), In("kitti/training/image_2/000000.PNG"));
        File.WriteAllText(In("kitti/training/image_2/._000000.png"), "metadata");
        File.Delete(In("kitti/training/label_2/000003.txt"));

        var end = await BuiltPrograms.Run(
            BuiltPrograms.Start(BuiltPrograms.Serve, "evaluate", "--model", model, "--data", In("kitti")),
            Cancellation);

        Assert.True(end.Code == 0, end.Errors);
        Assert.Contains("3 images in", end.Output);
        Assert.Contains("1 images are left out: each has no label file", end.Errors);
        Assert.Contains("000003.png", end.Errors);
    }

    [Fact]
    public async Task K12_a_broken_link_is_reported_before_any_work_begins()
    {
        File.Delete(Frame("000002"));
        File.CreateSymbolicLink(Frame("000002"), "nowhere.png");

        await Refused("000002.png: this is a link to nowhere.png", "evaluate", "--model", model, "--data", In("kitti"));
        await Refused("000002.png: this is a link to nowhere.png", "detect", "--model", model, Frame("000000"), Frame("000002"));
    }

    [Fact]
    public async Task I7_a_large_frame_is_measured_or_refused_by_its_header_with_its_name()
    {
        File.Copy(FieldCases.Path("images/5000x800.png"), Frame("000002"), overwrite: true);
        Assert.Contains("4 images in", await Done("evaluate", "--model", model, "--data", In("kitti")));

        var small = Export("small", ["Car"], maxSidePixels: 4096);
        await Refused("000002.png: the header says 5000 x 800 pixels", "evaluate", "--model", small, "--data", In("kitti"));
        await Refused("000002.png: the header says 5000 x 800 pixels", "detect", "--model", small, Frame("000002"));
    }

    [Fact]
    public async Task X1_a_class_with_a_space_is_refused_with_a_hint_and_the_other_files_are_written()
    {
        var lights = Export("lights", ["traffic light"], MostSidePixels);

        await Refused("cannot hold the class 'traffic light'", "detect", "--model", lights, Frame("000000"), "--output", In("found"));
        Assert.False(Directory.Exists(In("found")));
        await Done("detect", "--model", lights, Frame("000000"), "--output", In("found"), "--formats", "json", "image");
        Assert.Equal(
            ["000000.json", "000000.png"],
            Directory.GetFiles(In("found")).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public Task I3_a_cut_progressive_jpeg_is_damaged_for_detect() =>
        Refused(
            "progressive-cut-50.jpg: the image is damaged or ends early",
            "detect", "--model", model, FieldCases.Path("images/progressive-cut-50.jpg"));

    [Fact]
    public async Task I1_a_narrow_image_is_answered_by_detect() =>
        Assert.Contains("\"detections\":", await Done("detect", "--model", model, FieldCases.Path("images/1x900.png")));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string In(string name) => Path.Combine(folder, name);

    private string Frame(string frame) => In($"kitti/training/image_2/{frame}.png");

    private string Export(string name, string[] labels, int maxSidePixels)
    {
        using var detector = new FasterRcnn(new DetectorOptions
        {
            NumClasses = labels.Length + 1,
            Backbone = new ResNetOptions { Architecture = "resnet18", WidthMultiplier = 0.0625, BatchNorm = BatchNormMode.Train },
            FpnChannels = 8,
            BoxHeadChannels = 16,
            MinSizePixels = 64,
            MaxSizePixels = 128,
        });
        detector.eval();
        return DetectorExporter.Export(detector, new ExportOptions
        {
            RepositoryRoot = In("models"),
            Name = name,
            Labels = labels,
            MaxSidePixels = maxSidePixels,
        });
    }

    private static async Task<string> Done(params string[] arguments)
    {
        var end = await BuiltPrograms.Run(BuiltPrograms.Start(BuiltPrograms.Serve, arguments), Cancellation);
        Assert.True(end.Code == 0, end.Errors);
        return end.Output;
    }

    private static async Task Refused(string reason, params string[] arguments)
    {
        var end = await BuiltPrograms.Run(BuiltPrograms.Start(BuiltPrograms.Serve, arguments), Cancellation);
        Assert.True(end.Code == 2, $"{end.Code}: {end.Errors}");
        Assert.Contains(reason, end.Errors);
        Assert.DoesNotContain("   at ", end.Errors);
    }
}
