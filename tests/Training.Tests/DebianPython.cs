namespace Pipeline.Training.Tests;

/// <summary>Python libraries as Debian packages them: oracles where they are installed, never a dependency of the product.</summary>
internal static class DebianPython
{
    private const string Python = "/usr/bin/python3";

    /// <summary>PyTorch and torchvision (<c>python3-torchvision</c>); the test is skipped without them.</summary>
    /// <returns>What the script printed.</returns>
    public static string RunTorch(string script, params string[] arguments) =>
        Run("torch, torchvision", "python3-torchvision", script, arguments);

    /// <summary>ONNX's own library (<c>python3-onnx</c>); the test is skipped without it.</summary>
    /// <returns>What the script printed.</returns>
    public static string RunOnnx(string script, params string[] arguments) => Run("onnx", "python3-onnx", script, arguments);

    private static string Run(string modules, string package, string script, string[] arguments)
    {
        var isInstalled = OtherProgram.Run(Python, "-c", $"import {modules}").Code == 0;
        Assert.SkipUnless(isInstalled, $"Debian's {package} is not installed");
        var (code, output, errors) = OtherProgram.Run(Python, ["-c", script, .. arguments]);
        Assert.True(code == 0, errors);
        return output;
    }
}
