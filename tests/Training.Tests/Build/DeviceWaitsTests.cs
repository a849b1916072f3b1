using System.Text.RegularExpressions;
using Pipeline.Golden;

namespace Pipeline.Training.Tests.Build;

/// <summary>On a GPU whatever brings numbers to the host waits for the device: each such line of a step is marked, and they are counted.</summary>
public sealed partial class DeviceWaitsTests
{
    private static readonly string[] Folders = ["Backbones", "Contrastive", "Detection", "Engine"];

    [Fact]
    public void Every_line_that_waits_for_the_device_is_marked_and_no_other()
    {
        var lines = Folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "training", folder), "*.cs"))
            .SelectMany(file => File.ReadLines(file).Select((line, index) => (At: $"{Path.GetFileName(file)}:{index + 1}", Line: line))).ToArray();

        Assert.DoesNotContain(lines, entry => Waits.IsMatch(entry.Line) && !entry.Line.Contains("// waits: ", StringComparison.Ordinal) && !entry.Line.Contains("// on the host", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, entry => entry.Line.Contains("// waits: ", StringComparison.Ordinal) && !Waits.IsMatch(entry.Line));
        Assert.Equal(1, lines.Count(entry => entry.At.StartsWith("PretrainRun", StringComparison.Ordinal) && entry.Line.Contains("// waits: ", StringComparison.Ordinal)));
        Assert.Equal(12, lines.Count(entry => entry.Line.Contains("// waits: ", StringComparison.Ordinal)) - 1);
    }

    [GeneratedRegex(@"\.cpu\(\)|\.item<|\.data<|\.to\(CPU\)|\.nonzero\(")]
    private static partial Regex Waits { get; }
}
