using System.Diagnostics;

namespace Pipeline.Training.Tests;

/// <summary>Python with PyTorch as Debian packages it (<c>python3-torchvision</c>): an oracle where it is installed.</summary>
internal static class DebianTorch
{
    private const string Python = "/usr/bin/python3";

    /// <summary>Runs a script; the test is skipped where there is no PyTorch.</summary>
    /// <returns>What it printed.</returns>
    public static string Run(string script, params string[] arguments)
    {
        Assert.SkipUnless(
            File.Exists(Python) && Start("import torch, torchvision", []).Code == 0, "Debian's python3-torchvision is not installed");
        var (code, output, errors) = Start(script, arguments);
        Assert.True(code == 0, errors);
        return output;
    }

    private static (int Code, string Output, string Errors) Start(string script, string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(Python, ["-c", script, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.GetAwaiter().GetResult());
    }
}
