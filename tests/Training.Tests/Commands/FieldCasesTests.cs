using Pipeline.Golden;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Training.Tests.Commands;

/// <summary>
/// <c>pipeline-train</c> as a real process on what people do; each test bears the id of its case in <c>field-cases/cases.md</c>.
/// </summary>
public sealed class FieldCasesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("train-cases").FullName;

    public FieldCasesTests() =>
        StreetSceneWriter.WriteKitti(In("kitti"), new StreetSceneOptions { WidthPixels = 192, HeightPixels = 96 }, 0, 5);

    [Fact]
    public async Task D3_import_replaces_a_file_only_with_force_and_its_input_never()
    {
        var weights = SharedData.Path("field-cases/checkpoints/control-plain.pth");
        File.WriteAllText(In("keep.safetensors"), "mine");
        File.Copy(weights, In("copy.pth"));

        await Refused("already exists", "import", "--weights", weights, "--output", In("keep.safetensors"));
        Assert.Equal("mine", File.ReadAllText(In("keep.safetensors")));
        await Refused("would overwrite an input", "import", "--weights", In("copy.pth"), "--output", In("./copy.pth"), "--force");
        await Done("import", "--weights", weights, "--output", In("keep.safetensors"), "--force");
        Assert.NotEqual("mine", File.ReadAllText(In("keep.safetensors")));
        await Done("import", "--weights", weights, "--output", In("new.safetensors"));
    }

    [Fact]
    public async Task D3_data_split_and_synth_replace_nothing_unasked()
    {
        await Refused("already exists and is not empty", "data", "synth", "--output", In("kitti"), "--count", "2");
        await Done("data", "split", "--data", In("kitti"), "--output", In("splits"));
        var before = File.ReadAllText(In("splits/train.txt"));
        await Refused("already exists", "data", "split", "--data", In("kitti"), "--output", In("splits"), "--seed", "7");
        Assert.Equal(before, File.ReadAllText(In("splits/train.txt")));
        await Done("data", "split", "--data", In("kitti"), "--output", In("splits"), "--seed", "7", "--force");
        File.WriteAllText(In("file"), "");
        await Refused("is a file, not a folder", "data", "split", "--data", In("kitti"), "--output", In("file"));
        await Refused("this is a file", "data", "synth", "--output", In("file"), "--count", "2");
        Directory.CreateDirectory(In("demo"));
        File.WriteAllText(In("demo/mine.txt"), "");
        await Refused("already exists and is not empty", "demo", "--output", In("demo"), "--models", In("models"));
        Assert.Equal([In("demo/mine.txt")], Directory.GetFileSystemEntries(In("demo")));
    }

    [Theory]
    [InlineData("--learning-rate", "0,001", "is not a number from 1E-08 to 10")]
    [InlineData("--learning-rate", "NaN", "is not a number from 1E-08 to 10")]
    [InlineData("--epochs", "1e3", "is not a whole number from 1 to 10000")]
    [InlineData("--seed", "-1", "is not a whole number from 0 to 2147483647")]
    [InlineData("--milestones", "2,5", "is not a whole number from 0 to 10000000")]
    public async Task N1_finetune_refuses_numbers_with_option_value_and_range(string option, string value, string reason)
    {
        await Refused($"{option}: '{value}' {reason}", Finetune("o", option, value));
        Assert.False(Directory.Exists(In("o")));
    }

    [Theory]
    [InlineData("--train-fraction", "0,5"), InlineData("--train-fraction", "1")]
    [InlineData("--train-fraction", "NaN"), InlineData("--seed", "1.5")]
    public Task N1_data_split_refuses_numbers_with_option_and_value(string option, string value) =>
        Refused($"{option}: '{value}' is not a", "data", "split", "--data", In("kitti"), "--output", In("splits"), option, value);

    [Fact]
    public async Task R1_cuda_without_cuda_leaves_no_folder()
    {
        Assert.SkipWhen(TorchSharp.torch.cuda.is_available(), "this machine has CUDA");
        await Refused("-p:Accelerator=cuda", Finetune("o", "--device", "cuda"));
        Assert.False(Directory.Exists(In("o")));
        await Refused(
            "-p:Accelerator=cuda",
            "pretrain", "--preset", "small", "--images", In("kitti"), "--output", In("o"), "--device", "cuda",
            "--batch", "4", "--queue", "8", "--epochs", "1");
        Assert.False(Directory.Exists(In("o")));
    }

    [Fact]
    public async Task R3_a_refused_configuration_leaves_no_folder()
    {
        File.WriteAllText(In("config.json"), """{"detector":{"anchorSizes":[[16],[32]]}}""");

        await Refused("config.json:1: detector.anchorSizes", Finetune("o", "--config", In("config.json")));
        Assert.False(Directory.Exists(In("o")));
    }

    [Fact]
    public async Task E3_K3_K8_K9_a_run_without_test_objects_has_no_best_and_says_what_it_left_out()
    {
        File.WriteAllText(In("train.txt"), "000000\n000001\n000002\n");
        File.WriteAllText(In("test.txt"), "# nothing is in it\n000003\n");
        File.WriteAllText(Label("000003"), "");
        File.AppendAllText(
            Label("000001"),
            "Car 0 0 0 500 500 900 900 1 1 1 1 1 1 0\nDontCare -1 -1 -10 -1 -1 -1 -1 -1 -1 -1 -1000 -1000 -1000 -10\n");
        File.Delete(Label("000004"));

        var run = await Done(Finetune("o", "--train-list", In("train.txt"), "--test-list", In("test.txt")));

        Assert.Contains("mAP -, mAP50 -", run);
        Assert.Contains("1 images have no label file", run);
        Assert.Contains("1 boxes lie outside of their image and are left out", run);
        Assert.Contains("1 DontCare regions without area are ignored", run);
        Assert.DoesNotContain("left out, 0:", run);
        Assert.DoesNotContain("0:00:00 left", run);
        Assert.False(File.Exists(In("o/best.safetensors")));
        Assert.True(File.Exists(In("o/last.safetensors")));

        var finished = await Done("finetune", "--output", In("o"), "--resume");
        Assert.Contains("nothing is left to do", finished);
        await Refused("holds a run of finetune, which pretrain cannot resume", "pretrain", "--output", In("o"), "--resume");
        await Refused("holds no run that could go on", "finetune", "--output", In("kitti"), "--resume");
        await Refused("epochs: it was 1, now it is 2", "finetune", "--output", In("o"), "--resume", "--epochs", "2");
        await Refused("with --resume", Finetune("o"));
    }

    [Fact]
    public async Task R2_a_run_that_ends_before_anything_is_saved_leaves_no_folder()
    {
        var image = In("kitti/training/image_2/000002.png");
        var whole = File.ReadAllBytes(image);
        File.WriteAllBytes(image, whole[..(whole.Length / 2)]);

        await Refused("Nothing had been saved yet", Finetune("o"));
        Assert.False(Directory.Exists(In("o")));
        await Refused(
            "Nothing had been saved yet", "pretrain", "--preset", "small", "--images", In("kitti"), "--output", In("o"), "--batch", "4", "--queue", "8", "--view-size", "32", "--config", Tiny());
        Assert.False(Directory.Exists(In("o")));
        File.WriteAllBytes(image, whole);
        await Done(Finetune("o"));
    }

    [Fact]
    public async Task R2_a_finished_run_with_damaged_files_is_told_or_mended()
    {
        await Done(Finetune("o"));
        File.Delete(In("o/last.safetensors"));
        Assert.Contains("nothing is left to do", await Done("finetune", "--output", In("o"), "--resume"));
        Assert.True(File.Exists(In("o/last.safetensors")));

        File.AppendAllText(In("o/metrics.jsonl"), "garbage\n");
        await Refused("metrics.jsonl:2: not an epoch's numbers", "finetune", "--output", In("o"), "--resume");
        File.Delete(In("o/metrics.jsonl"));
        await Done("finetune", "--output", In("o"), "--resume");
        File.WriteAllText(In("o/data.json"), "[]");
        await Refused("data.json: the file is not as the run wrote it", "finetune", "--output", In("o"), "--resume");
    }

    [Fact]
    public async Task Hangup_saves_a_run_as_an_interrupt_does()
    {
        using var process = TrainingProgram.Start(Finetune("o", "--epochs", "1000"));
        while (!File.Exists(In("o/resume.safetensors")) && !process.HasExited)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        using var hangup = System.Diagnostics.Process.Start("kill", ["-HUP", $"{process.Id}"]);
        var (code, _, errors) = await TrainingProgram.End(process, TestContext.Current.CancellationToken);

        Assert.Equal((130, "interrupted.\n"), (code, errors));
    }

    [Fact]
    public async Task E5_a_test_list_alone_leaves_the_rest_to_learn_from_and_a_split_needs_both_parts()
    {
        File.WriteAllText(In("test.txt"), "000000\n000004\n");
        await Done(Finetune("o", "--test-list", In("test.txt")));
        Assert.Contains("\"frames\":3", File.ReadAllText(In("o/data.json")));

        await Refused("both need one at least", "data", "split", "--data", In("kitti"), "--output", In("splits"), "--train-fraction", "0.001");
        Assert.False(Directory.Exists(In("splits")));
    }

    [Theory]
    [InlineData("000003.png"), InlineData("000000")]
    public async Task E4_E5_a_wrong_list_is_named_with_its_line_and_leaves_no_folder(string line)
    {
        File.WriteAllText(In("train.txt"), $"000000\n{line}\n");

        await Refused($"train.txt:2: frame '{line}'", Finetune("o", "--train-list", In("train.txt")));
        await Refused(
            $"train.txt:2: frame '{line}'",
            "probe", "--data", In("kitti"), "--weights", In("none.safetensors"), "--train-list", In("train.txt"));
        Assert.False(Directory.Exists(In("o")));
    }

    [Fact]
    public async Task K12_links_to_nothing_folders_and_pipes_are_one_line_and_nothing_hangs()
    {
        Replace("000002", path => File.CreateSymbolicLink(path, "nowhere.png"));
        await Refused("this is a link to nowhere.png", Finetune("o"));
        var check = await Run("data", "check", "--data", In("kitti"));
        Assert.Equal(2, check.Code);
        Assert.Contains("1 defects", check.Output);

        Replace("000002", MakePipe);
        await Refused("this is a pipe", Finetune("o"));
        MakePipe(In("pipe"));
        await Refused("this is a pipe", Finetune("o", "--config", In("pipe")));
        await Refused("this is a pipe", Finetune("o", "--train-list", In("pipe")));
        await Refused("this is a pipe", "pretrain", "--preset", "small", "--images", In("pipe"), "--output", In("o"));
        await Refused("this is a pipe", "data", "check", "--data", In("kitti"), "--lists", In("pipe"));
        await Refused("a folder of a data set is expected", "data", "split", "--data", In("pipe"), "--output", In("splits"));
        await Refused("", Finetune("o", "--config", In("kitti")));
        Assert.False(Directory.Exists(In("o")));
    }

    [Fact]
    public async Task K3_probe_says_what_it_leaves_out_and_merges_classes()
    {
        await Done("import", "--weights", SharedData.Path("field-cases/checkpoints/control-plain.pth"), "--output", In("backbone.safetensors"));
        File.Delete(Label("000001"));
        string[] probe = ["probe", "--data", In("kitti"), "--weights", In("backbone.safetensors"), "--crop-size", "32"];

        var output = await Done([.. probe, "--labels", "Car", "--label-map", "Truck=Car", "--label-map", "Pedestrian=Car", "--label-map", "Cyclist=Car"]);

        Assert.Contains("1 images have no label file", output);
        Assert.Contains("000001.png", output);
        await Refused("'Truck' is not a pair of names", [.. probe, "--label-map", "Truck"]);
        await Refused("'Tram' is given twice", [.. probe, "--label-map", "Tram=Car", "--label-map", "Tram=Van"]);
    }

    [Fact]
    public async Task R6_a_link_to_the_folder_above_gives_each_image_once()
    {
        var size = new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 };
        StreetSceneWriter.WriteImages(In("photos"), size, 0, 4, cancellation: TestContext.Current.CancellationToken);
        Directory.CreateSymbolicLink(In("photos/loop"), ".");
        File.WriteAllText(In("photos/._000000.png"), "metadata");
        File.WriteAllText(In("photos/notes.tif"), "");

        var run = await Done(
            "pretrain", "--preset", "small", "--images", In("photos"), "--output", In("o"), "--batch", "4", "--queue", "8",
            "--view-size", "32", "--epochs", "1", "--config", Tiny());

        Assert.Contains("\"images\":4", File.ReadAllText(In("o/data.json")));
        Assert.Contains("1 files below", run);
        Assert.Contains("notes.tif", run);
    }

    [Fact]
    public async Task Two_runs_of_one_folder_at_once_are_one_run_and_one_refusal()
    {
        string[] arguments = Finetune("o", "--epochs", "1000");
        using var first = TrainingProgram.Start(arguments);
        while (!File.Exists(In("o/log.txt")) && !first.HasExited)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        await Refused("another program is working in this folder", "finetune", "--output", In("o"), "--resume");
        using var interrupt = System.Diagnostics.Process.Start("kill", ["-INT", $"{first.Id}"]);
        var (code, _, errors) = await TrainingProgram.End(first, TestContext.Current.CancellationToken);
        Assert.True(code == 130, errors);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string In(string name) => Path.Combine(folder, name);

    private string Label(string frame) => In($"kitti/training/label_2/{frame}.txt");

    /// <summary>A small run of one epoch, unless the options say otherwise.</summary>
    private string[] Finetune(string output, params string[] options)
    {
        string[] arguments = ["finetune", "--preset", "small", "--data", In("kitti"), "--output", In(output), .. options];
        arguments = options.Contains("--config") ? arguments : [.. arguments, "--config", TinyDetector()];
        return options.Contains("--epochs") ? arguments : [.. arguments, "--epochs", "1"];
    }

    private string TinyDetector() => Write("detector.json", """
        {
          "labels": ["Car", "Truck", "Pedestrian", "Cyclist"], "milestones": [],
          "detector": {
            "backbone": { "architecture": "resnet18", "widthMultiplier": 0.0625 }, "fpnChannels": 8, "boxHeadChannels": 16,
            "minSizePixels": 48, "maxSizePixels": 96,
            "rpnPreNmsTopNTrain": 50, "rpnPostNmsTopNTrain": 20, "rpnPreNmsTopNTest": 50, "rpnPostNmsTopNTest": 20
          }
        }
        """);

    private string Tiny() => Write(
        "tiny.json",
        """{ "backbone": { "widthMultiplier": 0.0625 }, "contrastive": { "keySubBatches": 1, "dimension": 8 },"""
        + """ "patches": { "cropSizePixels": 48, "patchSizePixels": 12 } }""");

    private string Write(string name, string text)
    {
        File.WriteAllText(In(name), text);
        return In(name);
    }

    private void Replace(string frame, Action<string> make)
    {
        var path = In($"kitti/training/image_2/{frame}.png");
        File.Delete(path);
        make(path);
    }

    private static void MakePipe(string path)
    {
        using var make = System.Diagnostics.Process.Start("mkfifo", [path]);
        make.WaitForExit();
    }

    private static Task<(int Code, string Output, string Errors)> Run(params string[] arguments) =>
        TrainingProgram.Run(TestContext.Current.CancellationToken, arguments);

    private static async Task<string> Done(params string[] arguments)
    {
        var (code, output, errors) = await Run(arguments);
        Assert.True(code == 0, errors);
        return output + errors;
    }

    /// <summary>Exit code 2, one line that begins with "error:" (two where the command line itself is wrong), no stack trace.</summary>
    private static async Task Refused(string reason, params string[] arguments)
    {
        var (code, _, errors) = await Run(arguments);
        Assert.True(code == 2, $"{code}: {errors}");
        Assert.Contains(reason, errors);
        Assert.DoesNotContain("   at ", errors);
        Assert.All(errors.TrimEnd('\n').Split('\n'), line => Assert.True(
            line.Contains("error: ", StringComparison.Ordinal)
            || line.Contains(": ", StringComparison.Ordinal)
            || line.StartsWith("Add --help", StringComparison.Ordinal),
            line));
    }
}
