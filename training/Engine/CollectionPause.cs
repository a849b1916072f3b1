using System.Runtime;

namespace Pipeline.Training.Engine;

/// <summary>Keeps the garbage collector out of a training step.</summary>
/// <remarks>
/// TorchSharp 0.107 gives scalars to native code by their handle and does not keep them alive for the call. A collection that another
/// thread causes (a loader, a progress bar) can finalise such a scalar while native code reads it: now and then a run fails, or
/// computes with a wrong number. A single thread is safe, since it does not allocate within a native call. So collections happen
/// between the steps. This is on the host, whatever the device, so the pause is not only for the CPU; it costs a step no time that can
/// be measured (BENCHMARKS.md).
/// </remarks>
internal readonly ref struct CollectionPause
{
    private const long BudgetBytes = 128 << 20;

    private readonly bool begun;

    private CollectionPause(bool begun) => this.begun = begun;

    /// <summary>Collects, then lets all threads allocate 128 MiB without another collection, until it is disposed.</summary>
    public static CollectionPause Begin() => new(GCSettings.LatencyMode != GCLatencyMode.NoGCRegion && GC.TryStartNoGCRegion(BudgetBytes));

    /// <summary>Lets the collector work again.</summary>
    public void Dispose()
    {
        if (!begun || GCSettings.LatencyMode != GCLatencyMode.NoGCRegion)
        {
            return;
        }

        try
        {
            GC.EndNoGCRegion();
        }
        catch (InvalidOperationException)
        {
            // More was allocated than foreseen: there was a collection, and the pause is over already.
        }
    }
}
