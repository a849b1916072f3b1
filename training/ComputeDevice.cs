using Pipeline.Shared;
using static TorchSharp.torch;

namespace Pipeline.Training;

/// <summary>The device that a user names.</summary>
internal static class ComputeDevice
{
    /// <summary>What the CPU is called.</summary>
    public const string Cpu = "cpu";

    /// <summary>What CUDA is called.</summary>
    public const string Cuda = "cuda";

    /// <param name="name"><c>cpu</c> or <c>cuda</c>.</param>
    /// <exception cref="UserErrorException">This build or this machine cannot use it.</exception>
    public static Device Of(string name)
    {
        if (name == Cuda && !cuda.is_available())
        {
            throw new UserErrorException(
                "device: cuda is not available: this build is for the CPU, or the machine has no GPU. "
                + "Build with -p:Accelerator=cuda, check that nvidia-smi lists a GPU, or use --device cpu.");
        }

        return new Device(name);
    }
}
