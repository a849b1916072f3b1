using System.Runtime.InteropServices;

namespace Pipeline.Training.Native;

/// <summary>Lets glibc keep the memory that tensors free.</summary>
/// <remarks>
/// libtorch on the CPU asks malloc for every tensor. By default large ones are mapped anew each time, and the kernel clears their pages
/// on first touch: a training step then spends a third of its time in page faults. Kept in the heap, the pages of one step serve the
/// next, and the process stays at its peak size. The heap leaves gaps between large blocks, so that peak is higher: a limit gives the
/// largest blocks back and trades some of the time for them.
/// </remarks>
public static partial class NativeHeap
{
    // Parameters of mallopt, as malloc.h numbers them.
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapThreshold = -3;
    private const int MmapMax = -4;
    private const int ArenaMax = -8;

    private const int Accepted = 1;
    private const int Never = -1;
    private const int TopPadBytes = 64 << 20;
    private const int MappedBlocks = 65536;
    private const int LargestThreshold = 32 << 20;

    /// <summary>
    /// The limit for training a detector, whose blocks have many sizes: memory stays flat over the steps, which take a tenth longer
    /// than without one.
    /// </summary>
    public const int DetectorBlockBytes = 1 << 20;

    /// <summary>
    /// Call it before the first tensor; a later call changes the limit. Does nothing for a GPU, where the C library is not glibc, and
    /// where the user
    /// set <c>MALLOC_…</c> themselves.
    /// </summary>
    /// <param name="device"><c>cpu</c> or <c>cuda</c>: CUDA's tensors are not malloc's, so it was measured only on the CPU.</param>
    /// <param name="largestBlockBytes">Larger blocks go back to the system when they are freed, at most 32 MiB; null: none does.</param>
    /// <returns>Whether it took effect, or why not.</returns>
    public static HeapChoice KeepFreedMemory(string device, int? largestBlockBytes = null)
    {
        var choice = ChoiceFor(device, Environment.GetEnvironmentVariables().Keys.Cast<string>());
        return choice == HeapChoice.Kept && !Keep(largestBlockBytes) ? HeapChoice.OtherLibrary : choice;
    }

    internal static HeapChoice ChoiceFor(string device, IEnumerable<string> environment)
    {
        if (device != ComputeDevice.Cpu)
        {
            return HeapChoice.OtherDevice;
        }

        if (environment.Any(name => name.StartsWith("MALLOC_", StringComparison.Ordinal)))
        {
            return HeapChoice.UserSettings;
        }

        return OperatingSystem.IsLinux() ? HeapChoice.Kept : HeapChoice.OtherLibrary;
    }

    private static bool Keep(int? largestBlockBytes)
    {
        try
        {
            var mappedBlocks = largestBlockBytes is null ? 0 : MappedBlocks;
            (int Parameter, int Value)[] settings =
            [
                (MmapThreshold, largestBlockBytes ?? LargestThreshold),
                (MmapMax, mappedBlocks),
                (TrimThreshold, Never),
                (TopPad, TopPadBytes),
                (ArenaMax, 1),
            ];
            return settings.Count(setting => MallOpt(setting.Parameter, setting.Value) == Accepted) == settings.Length;
        }
        catch (EntryPointNotFoundException)
        {
            return false;   // musl has no mallopt
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int MallOpt(int parameter, int value);
}

/// <summary>Whether the memory that tensors free stays in the process.</summary>
public enum HeapChoice
{
    /// <summary>Freed memory stays in the process.</summary>
    Kept,

    /// <summary>No: the device is a GPU.</summary>
    OtherDevice,

    /// <summary>No: the C library is not glibc.</summary>
    OtherLibrary,

    /// <summary>No: <c>MALLOC_…</c> environment variables control malloc.</summary>
    UserSettings,
}
