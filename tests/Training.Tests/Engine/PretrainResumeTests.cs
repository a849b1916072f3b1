using System.Diagnostics;
using Pipeline.Shared;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Tests.Engine;

/// <summary>A real process that is killed goes on to the very bytes of one that never was.</summary>
public sealed class PretrainResumeTests : IDisposable
{
    private const int Kills = 10;
    private static readonly string[] Settings =
    [
        "--preset", "small", "--batch", "4", "--view-size", "32", "--queue", "24", "--seed", "3", "--checkpoint-every", "2",
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("resume").FullName;

    public PretrainResumeTests()
    {
        StreetSceneWriter.WriteImages(In("images"), new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 }, 0, 30);
        File.WriteAllText(In("tiny.json"), """{ "backbone": { "widthMultiplier": 0.125 }, "contrastive": { "dimension": 16, "jigsaw": true }, "patches": { "cropSizePixels": 48, "patchSizePixels": 12 }, "dropLastBatch": false }""");
    }

    [Fact]
    public async Task Ten_kills_and_an_interrupt_change_no_bit_of_the_result()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (code, _, errors) = await Pretrain("whole", 24);
        Assert.True(code == 0, errors);

        var random = new RandomNumbers(1, "kills");
        var (killed, arguments) = (0, Begin("killed", 24));
        for (var attempt = 0; killed < Kills && attempt < 40; attempt++)
        {
            using var process = TrainingProgram.Start(arguments);
            await Began(process, "killed", random.NextInt(8), cancellation);
            killed += process.HasExited ? 0 : 1;
            process.Kill();
            await process.WaitForExitAsync(cancellation);
            arguments = File.Exists(Path.Combine(In("killed"), "config.json")) ? ["pretrain", "--output", In("killed"), "--resume", "--workers", $"{1 + random.NextInt(5)}"] : arguments;
        }

        Assert.Equal(Kills, killed);
        using (var process = TrainingProgram.Start(arguments))
        {
            await Began(process, "killed", 3, cancellation);
            using var interrupt = Process.Start("kill", ["-INT", $"{process.Id}"]);
            var (interrupted, _, message) = await TrainingProgram.End(process, cancellation);
            Assert.Equal((130, "interrupted.\n"), (interrupted, message));
        }

        var last = await TrainingProgram.Run(cancellation, "pretrain", "--output", In("killed"), "--resume");
        Assert.True(last.Code == 0, last.Errors);
        foreach (var file in new[] { "backbone.safetensors", "last.safetensors" })
        {
            Assert.True(await Weights("whole", file) == await Weights("killed", file), $"{file} differs");
        }

        string[] Losses(string run) => [.. RunFolder.ReadMetrics<PretrainMetrics>(In(run)).Select(epoch => $"{epoch.Epoch} {epoch.Step} {epoch.Loss:R} {epoch.JigsawLoss:R} {epoch.Top1:R}")];
        Assert.Equal(Losses("whole"), Losses("killed"));
        long[] Steps(string run) => [.. File.ReadLines(Path.Combine(In(run), "steps.jsonl")).Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("step").GetInt64())];
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
        Assert.Contains("learningRate: it was 0.1, now it is 0.5", other.Errors);

        var again = await TrainingProgram.Run(cancellation, resume);
        Assert.Equal(0, again.Code);

        File.Delete(Directory.GetFiles(In("images"), "*.png")[0]);
        var fewer = await TrainingProgram.Run(cancellation, resume);
        Assert.Contains("not the images", fewer.Errors);

        var nowhere = await TrainingProgram.Run(cancellation, "pretrain", "--output", In("nowhere"), "--resume");
        Assert.Equal(2, nowhere.Code);
        Assert.Contains("holds no run", nowhere.Errors);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Task<(int Code, string Output, string Errors)> Pretrain(string run, int epochs) => TrainingProgram.Run(TestContext.Current.CancellationToken, Begin(run, epochs));

    private string[] Begin(string run, int epochs) => ["pretrain", "--images", In("images"), "--output", In(run), "--config", In("tiny.json"), "--epochs", $"{epochs}", .. Settings];

    /// <summary>Waits until the process has written so many checkpoints, or a little of its start; a random moment follows.</summary>
    private async Task Began(Process process, string run, int checkpoints, CancellationToken cancellation)
    {
        var file = Path.Combine(In(run), "last.safetensors");
        DateTime Written() => File.Exists(file) ? File.GetLastWriteTimeUtc(file) : default;
        var last = Written();
        while (checkpoints > 0 && !process.HasExited)
        {
            await Task.Delay(1, cancellation);
            if (Written() != last)
            {
                (last, checkpoints) = (Written(), checkpoints - 1);
            }
        }
    }

    private async Task<string> Weights(string run, string file) =>
        Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(WithoutTimes(await File.ReadAllBytesAsync(Path.Combine(In(run), file), TestContext.Current.CancellationToken))));

    /// <summary>Everything behind the header; the header of a checkpoint tells seconds.</summary>
    private static byte[] WithoutTimes(byte[] safetensors) => safetensors[(8 + (int)BitConverter.ToInt64(safetensors))..];

    private string In(string name) => Path.Combine(folder, name);
}
