using System.Runtime.InteropServices;

namespace Pipeline.Training.Native;

/// <summary>Lets glibc keep the memory that tensors free.</summary>
/// <remarks>
/// libtorch on the CPU asks malloc for every tensor. By default large ones are mapped anew each time, and the kernel clears their pages on first touch:
/// a training step then spends a third of its time in page faults. Kept in the heap, the pages of one step serve the next. The process stays at its peak size.
/// </remarks>
public static partial class NativeHeap
{
    private const int TrimThreshold = -1, TopPad = -2, MmapMax = -4, ArenaMax = -8;
    private const int Never = -1, TopPadBytes = 64 << 20;

    /// <summary>Call it once, before the first tensor. Does nothing where the C library is not glibc, or where the user set <c>MALLOC_…</c> himself.</summary>
    /// <returns>Whether it took effect.</returns>
    public static bool KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariables().Keys.Cast<string>().Any(name => name.StartsWith("MALLOC_", StringComparison.Ordinal)))
        {
            return false;
        }

        try
        {
            return (MallOpt(MmapMax, 0) & MallOpt(TrimThreshold, Never) & MallOpt(TopPad, TopPadBytes) & MallOpt(ArenaMax, 1)) == 1;
        }
        catch (EntryPointNotFoundException)
        {
            return false;   // musl has no mallopt
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int MallOpt(int parameter, int value);
}
