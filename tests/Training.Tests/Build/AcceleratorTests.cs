using System.Diagnostics;
using System.Text.Json;
using Pipeline.Golden;

namespace Pipeline.Training.Tests.Build;

/// <summary>The CUDA builds are a choice: nothing of them is restored by default.</summary>
public sealed class AcceleratorTests
{
    [Theory]
    [InlineData("training/Pipeline.Training.csproj", "TorchSharp-cuda-linux", "libtorch-cpu-linux-x64")]
    [InlineData("serving/Pipeline.Serving.csproj", "Microsoft.ML.OnnxRuntime.Gpu", "Microsoft.ML.OnnxRuntime")]
    public void The_property_swaps_the_native_packages(string project, string cuda, string cpu)
    {
        if (OperatingSystem.IsLinux())
        {
            Assert.Contains(cpu, Packages(project, "cpu"));
        }

        Assert.DoesNotContain(cuda, Packages(project, "cpu"));
        Assert.Contains(cuda, Packages(project, "cuda"));
        Assert.DoesNotContain(cpu, Packages(project, "cuda"));
    }

    [Fact]
    public void The_default_restore_graph_is_free_of_cuda()
    {
        string[] locks = [.. Directory.EnumerateFiles(SharedData.RepositoryRoot, "packages.lock.json", SearchOption.AllDirectories)];

        Assert.Equal(7, locks.Length);
        Assert.All(locks, file =>
        {
            var text = File.ReadAllText(file);
            Assert.DoesNotContain("cuda", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("OnnxRuntime.Gpu", text, StringComparison.OrdinalIgnoreCase);
        });
    }

    private static string[] Packages(string project, string accelerator)
    {
        var path = Path.Combine(SharedData.RepositoryRoot, project);
        string[] arguments = ["msbuild", path, "-getItem:PackageReference", $"-p:Accelerator={accelerator}"];
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return [
            .. JsonDocument.Parse(output).RootElement.GetProperty("Items")
                .GetProperty("PackageReference")
                .EnumerateArray()
                .Select(item => item.GetProperty("Identity").GetString()!)];
    }
}
