using System.Diagnostics;
using Pipeline.Shared;

namespace Pipeline.Training.Tests.Engine;

/// <summary>A training as a real process that is killed again and again, and goes on each time.</summary>
/// <param name="command"><c>pretrain</c> or <c>finetune</c>.</param>
/// <param name="output">The run's folder.</param>
/// <param name="checkpoint">The file that the run goes on from.</param>
/// <param name="mostCheckpoints">Before a kill the run writes fewer than these.</param>
internal sealed class KilledRun(string command, string output, string checkpoint, int mostCheckpoints)
{
    private readonly RandomNumbers random = new(1, "kills");

    /// <summary>Kills the run so many times at random moments, interrupts it once, and lets it end.</summary>
    public async Task Run(string[] begin, int kills, CancellationToken cancellation)
    {
        var killed = 0;
        var arguments = begin;
        for (var attempt = 0; killed < kills && attempt < 4 * kills; attempt++)
        {
            using var process = TrainingProgram.Start(arguments);
            await Until(process, random.NextInt(mostCheckpoints), cancellation);
            killed += process.HasExited ? 0 : 1;
            process.Kill();
            await process.WaitForExitAsync(cancellation);
            arguments = File.Exists(Path.Combine(output, "config.json"))
                ? [command, "--output", output, "--resume", "--workers", $"{1 + random.NextInt(5)}"]
                : arguments;
        }

        Assert.Equal(kills, killed);
        using (var process = TrainingProgram.Start(arguments))
        {
            await Until(process, 1, cancellation);
            using var interrupt = Process.Start("kill", ["-INT", $"{process.Id}"]);
            var (interrupted, _, message) = await TrainingProgram.End(process, cancellation);
            Assert.Equal(130, interrupted);
            var lines = message.TrimEnd('\n').Split('\n');
            Assert.Equal("interrupted.", lines[^1]);
            Assert.All(lines[..^1], line => Assert.StartsWith("warning: ", line));
        }

        var last = await TrainingProgram.Run(cancellation, command, "--output", output, "--resume");
        Assert.True(last.Code == 0, last.Errors);
    }

    /// <summary>What stands behind the header of a checkpoint; the header of some tells seconds.</summary>
    public static string Weights(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(8 + (int)BitConverter.ToInt64(bytes))));
    }

    /// <summary>Waits until the process has written so many checkpoints; with 0 it has hardly begun.</summary>
    private async Task Until(Process process, int checkpoints, CancellationToken cancellation)
    {
        var file = Path.Combine(output, checkpoint);
        DateTime Written() => File.Exists(file) ? File.GetLastWriteTimeUtc(file) : default;
        var last = Written();
        while (checkpoints > 0 && !process.HasExited)
        {
            await Task.Delay(1, cancellation);
            if (Written() != last)
            {
                last = Written();
                checkpoints--;
            }
        }
    }
}
