using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Pipeline.Training;

/// <summary>
/// The only ways by which numbers of a step come to the host. On a GPU each waits until the device has done all the work before it, so
/// each is counted: counter <c>device_waits</c> of the meter <c>Pipeline.Training</c>. On the CPU they count too, and nothing waits.
/// </summary>
internal static class DeviceWaits
{
    public const string MeterName = "Pipeline.Training", CounterName = "device_waits";

    private static readonly Counter<long> Counter = new Meter(MeterName)
        .CreateCounter<long>(CounterName, description: "Times that the host waited for the device.");

    /// <summary>The values in the host's memory, in one copy; the tensor itself if it is already there.</summary>
    public static Tensor OnHost(this Tensor tensor)
    {
        Counter.Add(1);
        return tensor.to(CPU).contiguous();
    }

    /// <summary>The values of a float32 tensor, row by row.</summary>
    public static float[] HostFloats(this Tensor tensor)
    {
        using var host = tensor.detach().OnHost();
        return MemoryMarshal.Cast<byte, float>(host.bytes).ToArray();
    }

    /// <summary>A condition of one element.</summary>
    public static bool HostFlag(this Tensor condition)
    {
        using var host = condition.OnHost();
        return host.bytes[0] != 0;
    }

    /// <summary>
    /// Numbers of the host on a device. It does not wait: pageable memory is staged at once (CUDA's runtime API, "API synchronization
    /// behavior"),
    /// while a copy that blocks would wait until the device has done all the work before it.
    /// </summary>
    public static Tensor OnDevice(this Tensor host, Device device) => host.to(device, non_blocking: true);

    /// <summary>int64 [n]: where a condition [S] is true. Their number is a shape, so the host has to know it.</summary>
    public static Tensor WhereTrue(this Tensor condition)
    {
        Counter.Add(1);
        return condition.nonzero().view(-1);
    }
}
