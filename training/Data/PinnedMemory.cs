using static TorchSharp.torch;

namespace Pipeline.Training.Data;

/// <summary>Host memory that a GPU copies from while it computes.</summary>
internal static class PinnedMemory
{
    /// <param name="device"><c>cpu</c> or <c>cuda</c>.</param>
    /// <param name="tensor">On the CPU; taken over.</param>
    /// <returns>The tensor itself for the CPU, a copy in pinned memory for CUDA.</returns>
    public static Tensor For(string device, Tensor tensor)
    {
        if (device != "cuda")
        {
            return tensor;
        }

        using (tensor)
        {
            return tensor.pin_memory();
        }
    }
}
