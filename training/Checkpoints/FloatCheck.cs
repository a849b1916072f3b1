using Pipeline.Shared;
using Pipeline.Training.Checkpoints.Pth;
using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints;

/// <summary>Tells weights from whole numbers, which a quantised model has in their place.</summary>
internal static class FloatCheck
{
    /// <param name="path">The file.</param>
    /// <param name="name">The weight's name in it.</param>
    /// <param name="tensor">The file's tensor.</param>
    /// <exception cref="UserErrorException">Its elements are whole numbers or truth values.</exception>
    public static void Require(string path, string name, Tensor tensor)
    {
        if (tensor.is_floating_point())
        {
            return;
        }

        throw new UserErrorException(
            $"{path}: {name} is of type {StorageType.Of(tensor.dtype).DtypeName}: quantised weights without their scale are not weights; "
            + "export the float model.");
    }
}
