using System.Runtime.InteropServices;
using Pipeline.Training.Native;
using TorchSharp;

namespace Pipeline.Training.Tests.Native;

public sealed class GlibcxxCompatibilityTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("glibcxx").FullName;

    [Fact]
    public void Torch_loads_and_computes_without_any_environment_variable()
    {
        using var scope = torch.NewDisposeScope();
        Assert.Equal(4f, torch.ones(2, 2).sum().item<float>());
    }

    [Fact]
    public void The_library_in_the_output_folder_needs_no_patch_any_more()
    {
        Assert.SkipUnless(RuntimeInformation.IsOSPlatform(OSPlatform.Linux), "The patch is for Linux.");
        var copy = CopyOfTheLibrary();
        Assert.Equal(GlibcxxPatchResult.NotNeeded, GlibcxxCompatibility.Patch(copy));
    }

    [Fact]
    public void A_fresh_library_is_patched_once_and_the_second_time_nothing_changes()
    {
        Assert.SkipUnless(RuntimeInformation.IsOSPlatform(OSPlatform.Linux), "The patch is for Linux.");
        var fresh = Path.Combine(NuGetRoot(), "torchsharp", "0.107.0", "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        Assert.SkipUnless(File.Exists(fresh), "The package folder is elsewhere on this machine.");
        var copy = Path.Combine(folder, "fresh.so");
        File.Copy(fresh, copy);

        Assert.Equal(GlibcxxPatchResult.Patched, GlibcxxCompatibility.Patch(copy));
        var once = File.ReadAllBytes(copy);
        Assert.Equal(GlibcxxPatchResult.NotNeeded, GlibcxxCompatibility.Patch(copy));

        Assert.Equal(once, File.ReadAllBytes(copy));
        Assert.Equal(once, File.ReadAllBytes(CopyOfTheLibrary()));
        Assert.NotEqual(once, File.ReadAllBytes(fresh));
        Assert.Equal([copy], Directory.GetFiles(folder, "fresh*"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5000)]
    public void A_file_that_is_not_an_elf_library_is_left_alone(int length)
    {
        var path = Path.Combine(folder, "text.so");
        var content = Enumerable.Range(0, length).Select(i => (byte)('a' + i % 26)).ToArray();
        File.WriteAllBytes(path, content);

        Assert.Equal(GlibcxxPatchResult.NotRecognized, GlibcxxCompatibility.Patch(path));

        Assert.Equal(content, File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(100_000)]
    public void A_truncated_library_is_left_alone(int length)
    {
        Assert.SkipUnless(RuntimeInformation.IsOSPlatform(OSPlatform.Linux), "The patch is for Linux.");
        var path = CopyOfTheLibrary();
        var content = File.ReadAllBytes(path)[..length];
        File.WriteAllBytes(path, content);

        Assert.Equal(GlibcxxPatchResult.NotRecognized, GlibcxxCompatibility.Patch(path));

        Assert.Equal(content, File.ReadAllBytes(path));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string NuGetRoot() =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private string CopyOfTheLibrary()
    {
        var library = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        var copy = Path.Combine(folder, "library.so");
        File.Copy(library, copy, overwrite: true);
        return copy;
    }
}
