using Pipeline.Shared.Synthetic;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Tests.Engine;

/// <summary>A real process that is killed goes on to the very bytes of one that never was, in runs of epochs and of iterations.</summary>
public sealed class FinetuneResumeTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("resume").FullName;

    public FinetuneResumeTests()
    {
        StreetSceneWriter.WriteKitti(In("scenes"), new StreetSceneOptions { WidthPixels = 192, HeightPixels = 64 }, 0, 13);
        File.WriteAllText(In("tiny.json"), """
            {
              "detector": { "backbone": { "widthMultiplier": 0.0625 },
                "fpnChannels": 8, "boxHeadChannels": 16, "minSizePixels": 48, "maxSizePixels": 144 },
              "workers": 2, "frozenNormsWithoutWeights": true, "colorJitter": 0.3, "aspectRatioGroupFactor": 3
            }
            """);
    }

    [Theory]
    [InlineData("demo", "--epochs", "8", "float32", "0", 4)]
    [InlineData("paper", "--iterations", "50", "float16", "0.9", 10)]
    public async Task Kills_and_an_interrupt_change_no_bit_of_the_result(
        string preset, string length, string count, string precision, string ema, int kills)
    {
        var cancellation = TestContext.Current.CancellationToken;
        string[] Begin(string run) =>
        [
            "finetune", "--data", In("scenes"), "--output", In(run), "--config", In("tiny.json"), "--preset", preset, "--batch", "3",
            "--learning-rate", "0.005", length, count, "--precision", precision, "--ema", ema, "--seed", "3", "--checkpoint-every", "2",
        ];
        var (code, _, errors) = await TrainingProgram.Run(cancellation, Begin("whole"));
        Assert.True(code == 0, errors);

        await new KilledRun("finetune", In("killed"), "resume.safetensors", 4).Run(Begin("killed"), kills, cancellation);

        foreach (var file in new[] { "last.safetensors", "best.safetensors", "resume.safetensors" })
        {
            Assert.True(KilledRun.Weights(In($"whole/{file}")) == KilledRun.Weights(In($"killed/{file}")), $"{file} differs");
        }

        string[] Losses(string run) =>
            [.. RunMetrics.Read<FinetuneEpoch>(In(run)).Select(epoch => $"{epoch.Epoch} {epoch.Loss:R} {epoch.Map:R}")];
        Assert.Equal(Losses("whole"), Losses("killed"));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string In(string name) => Path.Combine(folder, name);
}
