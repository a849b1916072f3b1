using System.Diagnostics;
using System.Text.Json;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Tests.Engine;

/// <summary>A real process that is killed goes on to the very bytes of one that never was.</summary>
public sealed class PretrainResumeTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("resume").FullName;

    public PretrainResumeTests()
    {
        StreetSceneWriter.WriteImages(In("images"), new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 }, 0, 30);
        File.WriteAllText(
            In("tiny.json"),
            """
            {
              "weights": "none",
              "backbone": { "widthMultiplier": 0.125 },
              "contrastive": { "dimension": 16 },
              "patches": { "cropSizePixels": 48, "patchSizePixels": 12 },
              "dropLastBatch": false
            }
            """);
    }

    [Fact]
    public async Task Ten_kills_and_an_interrupt_change_no_bit_of_the_result()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (code, _, errors) = await TrainingProgram.Run(cancellation, Begin("whole", 24));
        Assert.True(code == 0, errors);

        await new KilledRun("pretrain", In("killed"), "resume.safetensors", 8).Run(Begin("killed", 24), 10, cancellation);

        foreach (var file in new[] { "backbone.safetensors", "resume.safetensors" })
        {
            Assert.True(KilledRun.Weights(In($"whole/{file}")) == KilledRun.Weights(In($"killed/{file}")), $"{file} differs");
        }

        string[] Losses(string run) =>
            [
                .. RunMetrics
                    .Read<PretrainEpoch>(In(run))
                    .Select(epoch => $"{epoch.Epoch} {epoch.Steps} {epoch.Loss:R} {epoch.JigsawLoss:R} {epoch.Top1:R}"),
            ];
        Assert.Equal(Losses("whole"), Losses("killed"));
        Assert.Equal(24, Losses("whole").Length);
        long[] Steps(string run) =>
            [
                .. File
                    .ReadLines(In($"{run}/steps.jsonl"))
                    .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("step").GetInt64()),
            ];
        Assert.Equal(Steps("whole"), Steps("killed"));
        Assert.Empty(Directory.GetFiles(In("killed"), ".*.tmp"));
    }

    [Fact]
    public async Task Other_settings_other_images_and_folders_without_a_run_are_refused()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (code, _, errors) = await TrainingProgram.Run(cancellation, Begin("run", 1));
        Assert.True(code == 0, errors);
        string[] resume = ["pretrain", "--output", In("run"), "--resume"];

        var other = await TrainingProgram.Run(cancellation, [.. resume, "--learning-rate", "0.5"]);
        Assert.Equal(2, other.Code);
        Assert.Contains("learningRate: it was 0.01, now it is 0.5", other.Errors);

        var again = await TrainingProgram.Run(cancellation, resume);
        Assert.Equal(0, again.Code);

        File.Delete(Directory.GetFiles(In("images"), "*.png")[0]);
        var fewer = await TrainingProgram.Run(cancellation, resume);
        Assert.Contains("not the images", fewer.Errors);

        var nowhere = await TrainingProgram.Run(cancellation, "pretrain", "--output", In("nowhere"), "--resume");
        Assert.Equal(2, nowhere.Code);
        Assert.Contains("holds no run", nowhere.Errors);
    }

    [Fact]
    public async Task A_full_disk_leaves_the_last_checkpoint_whole()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The limit on files is the shell's.");
        var cancellation = TestContext.Current.CancellationToken;
        using (var process = TrainingProgram.Start(Begin("full", 40)))
        {
            while (!File.Exists(In("full/resume.safetensors")))
            {
                await Task.Delay(1, cancellation);
            }

            process.Kill();
            await process.WaitForExitAsync(cancellation);
        }

        var before = KilledRun.Weights(In("full/resume.safetensors"));
        var script = $"trap '' XFSZ; ulimit -f 100; exec {TrainingProgram.Path} pretrain --output {In("full")} --resume";
        var limited = new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true };
        limited.Environment["DOTNET_EnableWriteXorExecute"] = "0";   // it would need a large file of its own
        using (var process = Process.Start(limited)!)
        {
            var (code, _, errors) = await TrainingProgram.End(process, cancellation);
            Assert.Equal(1, code);
            Assert.Contains("resume.safetensors", errors);
            Assert.Contains("free disk space", errors);
        }

        Assert.Equal(before, KilledRun.Weights(In("full/resume.safetensors")));
        Assert.Empty(Directory.GetFiles(In("full"), ".*.tmp"));
        var (resumed, _, message) = await TrainingProgram.Run(cancellation, "pretrain", "--output", In("full"), "--resume");
        Assert.True(resumed == 0, message);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string[] Begin(string run, int epochs) =>
    [
        "pretrain", "--images", In("images"), "--output", In(run), "--config", In("tiny.json"), "--preset", "small",
        "--batch", "4", "--view-size", "32", "--queue", "24", "--epochs", $"{epochs}", "--seed", "3", "--checkpoint-every", "2",
    ];

    private string In(string name) => Path.Combine(folder, name);
}
