using Pipeline.Shared.Synthetic;

namespace Pipeline.Training.Tests.Commands;

/// <summary>
/// Runs of <c>pipeline-train</c> that end, go on, or meet another; each test bears the id of its case in <c>tests/FieldCases/README.md</c>.
/// </summary>
public sealed class RunFieldCasesTests : IDisposable
{
    private readonly CommandCases cases = new();

    [Fact]
    public async Task E3_K3_K8_K9_a_run_without_test_objects_has_no_best_and_says_what_it_left_out()
    {
        File.WriteAllText(cases.In("train.txt"), "000000\n000001\n000002\n");
        File.WriteAllText(cases.In("test.txt"), "# nothing is in it\n000003\n");
        File.WriteAllText(cases.Label("000003"), "");
        File.AppendAllText(
            cases.Label("000001"),
            "Car 0 0 0 500 500 900 900 1 1 1 1 1 1 0\nDontCare -1 -1 -10 -1 -1 -1 -1 -1 -1 -1 -1000 -1000 -1000 -10\n");
        File.Delete(cases.Label("000004"));

        var run = await CommandCases.Done(cases.Finetune("o", "--train-list", cases.In("train.txt"), "--test-list", cases.In("test.txt")));

        Assert.Contains("mAP -, mAP50 -", run);
        Assert.Contains("1 images are left out: each has no label file", run);
        Assert.Contains("1 boxes lie outside their image and are left out", run);
        Assert.Contains("1 DontCare regions without area are left out", run);
        Assert.DoesNotContain("left out, 0:", run);
        Assert.DoesNotContain("0:00:00 left", run);
        Assert.False(File.Exists(cases.In("o/best.safetensors")));
        Assert.True(File.Exists(cases.In("o/last.safetensors")));

        var finished = await CommandCases.Done("finetune", "--output", cases.In("o"), "--resume");
        Assert.Contains("nothing is left to do", finished);
        await CommandCases.Refused(
            "holds a run of finetune, which pretrain cannot resume", "pretrain", "--output", cases.In("o"), "--resume");
        await CommandCases.Refused("holds no run that could be resumed", "finetune", "--output", cases.In("kitti"), "--resume");
        await CommandCases.Refused("epochs: it was 1, now it is 2", "finetune", "--output", cases.In("o"), "--resume", "--epochs", "2");
        await CommandCases.Refused("with --resume", cases.Finetune("o"));
    }

    [Fact]
    public async Task R2_a_run_that_ends_before_anything_is_saved_leaves_no_folder()
    {
        var image = cases.In("kitti/training/image_2/000002.png");
        var whole = File.ReadAllBytes(image);
        File.WriteAllBytes(image, whole[..(whole.Length / 2)]);

        await CommandCases.Refused("Nothing had been saved yet", cases.Finetune("o"));
        Assert.False(Directory.Exists(cases.In("o")));
        await CommandCases.Refused(
            "Nothing had been saved yet", "pretrain", "--preset", "small", "--images", cases.In("kitti"), "--output", cases.In("o"),
            "--batch", "4", "--queue", "8", "--view-size", "32", "--config", cases.Tiny());
        Assert.False(Directory.Exists(cases.In("o")));
        File.WriteAllBytes(image, whole);
        await CommandCases.Done(cases.Finetune("o"));
    }

    [Fact]
    public async Task R2_a_finished_run_with_damaged_files_is_told_or_mended()
    {
        await CommandCases.Done(cases.Finetune("o"));
        File.Delete(cases.In("o/last.safetensors"));
        Assert.Contains("nothing is left to do", await CommandCases.Done("finetune", "--output", cases.In("o"), "--resume"));
        Assert.True(File.Exists(cases.In("o/last.safetensors")));

        File.AppendAllText(cases.In("o/metrics.jsonl"), "garbage\n");
        await CommandCases.Refused("metrics.jsonl:2: not an epoch's numbers", "finetune", "--output", cases.In("o"), "--resume");
        File.Delete(cases.In("o/metrics.jsonl"));
        await CommandCases.Done("finetune", "--output", cases.In("o"), "--resume");
        File.WriteAllText(cases.In("o/data.json"), "[]");
        await CommandCases.Refused("data.json: the file is not as the run wrote it", "finetune", "--output", cases.In("o"), "--resume");
    }

    [Fact]
    public async Task Hangup_saves_a_run_as_an_interrupt_does()
    {
        using var process = TrainingProgram.Start(cases.Finetune("o", "--epochs", "1000"));
        while (!File.Exists(cases.In("o/resume.safetensors")) && !process.HasExited)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        using var hangup = System.Diagnostics.Process.Start("kill", ["-HUP", $"{process.Id}"]);
        var (code, _, errors) = await TrainingProgram.End(process, TestContext.Current.CancellationToken);

        Assert.Equal((130, "interrupted.\n"), (code, errors));
    }

    [Fact]
    public async Task R6_a_link_to_the_folder_above_gives_each_image_once()
    {
        var size = new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 };
        StreetSceneWriter.WriteImages(cases.In("photos"), size, 0, 4, cancellation: TestContext.Current.CancellationToken);
        Directory.CreateSymbolicLink(cases.In("photos/loop"), ".");
        File.WriteAllText(cases.In("photos/._000000.png"), "metadata");
        File.WriteAllText(cases.In("photos/notes.tif"), "");

        var run = await CommandCases.Done(
            "pretrain", "--preset", "small", "--images", cases.In("photos"), "--output", cases.In("o"), "--batch", "4", "--queue", "8",
            "--view-size", "32", "--epochs", "1", "--config", cases.Tiny());

        Assert.Contains("\"images\":4", File.ReadAllText(cases.In("o/data.json")));
        Assert.Contains("1 files below", run);
        Assert.Contains("notes.tif", run);
    }

    [Fact]
    public async Task Two_runs_of_one_folder_at_once_are_one_run_and_one_refusal()
    {
        string[] arguments = cases.Finetune("o", "--epochs", "1000");
        using var first = TrainingProgram.Start(arguments);
        while (!File.Exists(cases.In("o/log.txt")) && !first.HasExited)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        await CommandCases.Refused("another program is working in this folder", "finetune", "--output", cases.In("o"), "--resume");
        using var interrupt = System.Diagnostics.Process.Start("kill", ["-INT", $"{first.Id}"]);
        var (code, _, errors) = await TrainingProgram.End(first, TestContext.Current.CancellationToken);
        Assert.True(code == 130, errors);
    }

    public void Dispose() => cases.Dispose();
}
