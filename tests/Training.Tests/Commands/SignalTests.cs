using System.Diagnostics;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Training.Tests.Commands;

/// <summary>Signals to <c>pipeline-train</c> as a real process in the midst of a long step.</summary>
public sealed class SignalTests : IDisposable
{
    private const int KilledByInterrupt = 130;
    private readonly string folder = Directory.CreateTempSubdirectory("signals").FullName;

    public SignalTests() =>
        StreetSceneWriter.WriteKitti(In("kitti"), new StreetSceneOptions { WidthPixels = 192, HeightPixels = 96 }, 0, 10);

    [Fact]
    public async Task The_first_one_lets_the_step_end_and_saves()
    {
        using var process = await InFirstStep(sidePixels: 400);
        await Signal(process, "-INT");

        var (code, _, errors) = await TrainingProgram.End(process, Cancellation);

        Assert.Equal((130, "interrupted.\n"), (code, errors));
        Assert.Contains("interrupted after step 0; saved", File.ReadAllText(In("o/log.txt")));
        Assert.True(File.Exists(In("o/last.safetensors")));
    }

    [Theory]
    [InlineData("-INT", KilledByInterrupt), InlineData("-TERM", 143), InlineData("-HUP", 129)]
    public async Task A_second_one_ends_it_at_once(string second, int code)
    {
        using var process = await InFirstStep(sidePixels: 800);
        await Signal(process, "-INT");
        await Task.Delay(300, Cancellation);
        await Signal(process, second);

        var end = await TrainingProgram.End(process, Cancellation);

        Assert.Equal(code, end.Code);
        Assert.DoesNotContain("interrupted.", end.Errors);
        Assert.DoesNotContain("saved", File.ReadAllText(In("o/log.txt")));
        Assert.False(File.Exists(In("o/last.safetensors")));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string In(string name) => Path.Combine(folder, name);

    /// <summary>Waits for the beginning of a step of eight large images, which takes far longer than what the test does in it.</summary>
    private async Task<Process> InFirstStep(int sidePixels)
    {
        File.WriteAllText(In("large.json"), $$"""
            {
              "labels": ["Car", "Truck"], "milestones": [], "backboneWeights": "none",
              "detector": {
                "backbone": { "architecture": "resnet18" }, "minSizePixels": {{sidePixels}}, "maxSizePixels": {{2 * sidePixels}}
              }
            }
            """);
        var process = TrainingProgram.Start(
            "finetune", "--preset", "small", "--data", In("kitti"), "--output", In("o"), "--config", In("large.json"), "--batch", "8");
        while (!process.HasExited && !(File.Exists(In("o/log.txt")) && File.ReadAllText(In("o/log.txt")).Contains("begun")))
        {
            await Task.Delay(5, Cancellation);
        }

        return process;
    }

    private static async Task Signal(Process process, string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{process.Id}"]);
        await kill.WaitForExitAsync(Cancellation);
    }
}
