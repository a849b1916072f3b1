using Pipeline.Golden;

namespace Pipeline.Training.Tests.Commands;

/// <summary>
/// <c>pipeline-train</c> as a real process on files and options as people give them; each test bears the id of its case in
/// <c>tests/FieldCases/README.md</c>.
/// </summary>
public sealed class FieldCasesTests : IDisposable
{
    private readonly CommandCases cases = new();

    [Fact]
    public async Task D3_import_replaces_a_file_only_with_force_and_its_input_never()
    {
        var weights = FieldCases.Path("checkpoints/control-plain.pth");
        File.WriteAllText(cases.In("keep.safetensors"), "mine");
        File.Copy(weights, cases.In("copy.pth"));

        await CommandCases.Refused("already exists", "import", "--weights", weights, "--output", cases.In("keep.safetensors"));
        Assert.Equal("mine", File.ReadAllText(cases.In("keep.safetensors")));
        await CommandCases.Refused(
            "would overwrite an input", "import", "--weights", cases.In("copy.pth"), "--output", cases.In("./copy.pth"), "--force");
        await CommandCases.Done("import", "--weights", weights, "--output", cases.In("keep.safetensors"), "--force");
        Assert.NotEqual("mine", File.ReadAllText(cases.In("keep.safetensors")));
        await CommandCases.Done("import", "--weights", weights, "--output", cases.In("new.safetensors"));
    }

    [Fact]
    public async Task D3_data_split_and_synth_replace_nothing_unasked()
    {
        await CommandCases.Refused("already exists and is not empty", "data", "synth", "--output", cases.In("kitti"), "--count", "2");
        await CommandCases.Done("data", "split", "--data", cases.In("kitti"), "--output", cases.In("splits"));
        var before = File.ReadAllText(cases.In("splits/train.txt"));
        await CommandCases.Refused(
            "already exists", "data", "split", "--data", cases.In("kitti"), "--output", cases.In("splits"), "--seed", "7");
        Assert.Equal(before, File.ReadAllText(cases.In("splits/train.txt")));
        await CommandCases.Done("data", "split", "--data", cases.In("kitti"), "--output", cases.In("splits"), "--seed", "7", "--force");
        File.WriteAllText(cases.In("file"), "");
        await CommandCases.Refused("is a file, not a folder", "data", "split", "--data", cases.In("kitti"), "--output", cases.In("file"));
        await CommandCases.Refused("this is a file", "data", "synth", "--output", cases.In("file"), "--count", "2");
        Directory.CreateDirectory(cases.In("demo"));
        File.WriteAllText(cases.In("demo/mine.txt"), "");
        await CommandCases.Refused("already exists and is not empty", "demo", "--output", cases.In("demo"), "--models", cases.In("models"));
        Assert.Equal([cases.In("demo/mine.txt")], Directory.GetFileSystemEntries(cases.In("demo")));
    }

    [Theory]
    [InlineData("--learning-rate", "0,001", "is not a number from 1E-08 to 10")]
    [InlineData("--learning-rate", "NaN", "is not a number from 1E-08 to 10")]
    [InlineData("--epochs", "1e3", "is not a whole number from 1 to 10000")]
    [InlineData("--seed", "-1", "is not a whole number from 0 to 2147483647")]
    [InlineData("--milestones", "2,5", "is not a whole number from 0 to 10000000")]
    public async Task N1_finetune_refuses_numbers_with_option_value_and_range(string option, string value, string reason)
    {
        await CommandCases.Refused($"{option}: '{value}' {reason}", cases.Finetune("o", option, value));
        Assert.False(Directory.Exists(cases.In("o")));
    }

    [Theory]
    [InlineData("--train-fraction", "0,5"), InlineData("--train-fraction", "1")]
    [InlineData("--train-fraction", "NaN"), InlineData("--seed", "1.5")]
    public Task N1_data_split_refuses_numbers_with_option_and_value(string option, string value) =>
        CommandCases.Refused(
            $"{option}: '{value}' is not a", "data", "split", "--data", cases.In("kitti"), "--output", cases.In("splits"), option, value);

    [Fact]
    public async Task R1_cuda_without_cuda_leaves_no_folder()
    {
        Assert.SkipWhen(TorchSharp.torch.cuda.is_available(), "this machine has CUDA");
        await CommandCases.Refused("-p:Accelerator=cuda", cases.Finetune("o", "--device", "cuda"));
        Assert.False(Directory.Exists(cases.In("o")));
        await CommandCases.Refused(
            "-p:Accelerator=cuda",
            "pretrain", "--preset", "small", "--images", cases.In("kitti"), "--output", cases.In("o"), "--device", "cuda",
            "--batch", "4", "--queue", "8", "--epochs", "1", "--weights", "none");
        Assert.False(Directory.Exists(cases.In("o")));
    }

    [Fact]
    public async Task R3_a_refused_configuration_leaves_no_folder()
    {
        File.WriteAllText(cases.In("config.json"), """{"detector":{"anchorSizes":[[16],[32]]}}""");

        await CommandCases.Refused("config.json:1: detector.anchorSizes", cases.Finetune("o", "--config", cases.In("config.json")));
        Assert.False(Directory.Exists(cases.In("o")));
    }

    [Fact]
    public async Task E5_a_test_list_alone_leaves_the_rest_to_learn_from_and_a_split_needs_both_parts()
    {
        File.WriteAllText(cases.In("test.txt"), "000000\n000004\n");
        await CommandCases.Done(cases.Finetune("o", "--test-list", cases.In("test.txt")));
        Assert.Contains("\"frames\":3", File.ReadAllText(cases.In("o/data.json")));

        await CommandCases.Refused(
            "both need one at least",
            "data",
            "split",
            "--data",
            cases.In("kitti"),
            "--output",
            cases.In("splits"),
            "--train-fraction",
            "0.001");
        Assert.False(Directory.Exists(cases.In("splits")));
    }

    [Theory]
    [InlineData("000003.png"), InlineData("000000")]
    public async Task E4_E5_a_wrong_list_is_named_with_its_line_and_leaves_no_folder(string line)
    {
        File.WriteAllText(cases.In("train.txt"), $"000000\n{line}\n");

        await CommandCases.Refused($"train.txt:2: image '{line}'", cases.Finetune("o", "--train-list", cases.In("train.txt")));
        await CommandCases.Refused(
            $"train.txt:2: image '{line}'",
            "probe", "--data", cases.In("kitti"), "--weights", cases.In("none.safetensors"), "--train-list", cases.In("train.txt"));
        Assert.False(Directory.Exists(cases.In("o")));
    }

    [Fact]
    public async Task K12_links_to_nothing_folders_and_pipes_are_one_line_and_nothing_hangs()
    {
        cases.Replace("000002", path => File.CreateSymbolicLink(path, "nowhere.png"));
        await CommandCases.Refused("this is a link to nowhere.png", cases.Finetune("o"));
        var check = await CommandCases.Run("data", "check", "--data", cases.In("kitti"));
        Assert.Equal(2, check.Code);
        Assert.Contains("1 defects", check.Output);

        cases.Replace("000002", CommandCases.MakePipe);
        await CommandCases.Refused("this is a pipe", cases.Finetune("o"));
        CommandCases.MakePipe(cases.In("pipe"));
        await CommandCases.Refused("this is a pipe", cases.Finetune("o", "--config", cases.In("pipe")));
        await CommandCases.Refused("this is a pipe", cases.Finetune("o", "--train-list", cases.In("pipe")));
        await CommandCases.Refused(
            "this is a pipe", "pretrain", "--preset", "small", "--images", cases.In("pipe"), "--output", cases.In("o"));
        await CommandCases.Refused("this is a pipe", "data", "check", "--data", cases.In("kitti"), "--lists", cases.In("pipe"));
        await CommandCases.Refused(
            "this is a pipe", "data", "split", "--data", cases.In("pipe"), "--output", cases.In("splits"));
        await CommandCases.Refused("", cases.Finetune("o", "--config", cases.In("kitti")));
        Assert.False(Directory.Exists(cases.In("o")));
    }

    [Fact]
    public async Task K3_probe_says_what_it_leaves_out_and_merges_classes()
    {
        await CommandCases.Done(
            "import", "--weights", FieldCases.Path("checkpoints/control-plain.pth"), "--output", cases.In("backbone.safetensors"));
        File.Delete(cases.Label("000001"));
        string[] probe = ["probe", "--data", cases.In("kitti"), "--weights", cases.In("backbone.safetensors"), "--crop-size", "32"];

        var output = await CommandCases.Done(
            [.. probe, "--labels", "Car", "--label-map", "Truck=Car", "--label-map", "Pedestrian=Car", "--label-map", "Cyclist=Car"]);

        Assert.Contains("1 images are left out: each has no label file", output);
        Assert.Contains("000001.png", output);
        await CommandCases.Refused("'Truck' is not a pair of names", [.. probe, "--label-map", "Truck"]);
        await CommandCases.Refused("'Tram' is given twice", [.. probe, "--label-map", "Tram=Car", "--label-map", "Tram=Van"]);
    }

    public void Dispose() => cases.Dispose();
}
