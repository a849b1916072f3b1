using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Protocols.OpenInference.Rest;

/// <summary>The binary tensors after the JSON of a request, in the order of its inputs.</summary>
/// <param name="bytes">Everything after the JSON.</param>
internal sealed class BinaryTensors(ReadOnlyMemory<byte> bytes)
{
    private ReadOnlyMemory<byte> left = bytes;

    /// <summary>Takes the bytes of the next binary tensor.</summary>
    /// <param name="size">How many bytes it has.</param>
    /// <param name="parameters">Where the size was sent.</param>
    /// <exception cref="RefusedRequestException">Fewer bytes are left.</exception>
    public ReadOnlyMemory<byte> Take(long size, ParameterSet parameters)
    {
        if (size > left.Length)
        {
            throw new RefusedRequestException(
                FaultKind.Malformed,
                $"{parameters.Place}.binary_data_size is {size:N0}, but {left.Length:N0} bytes are left after the JSON; "
                    + $"{InferenceBody.HeaderName} must be the length of the JSON.");
        }

        var taken = left[..(int)size];
        left = left[(int)size..];
        return taken;
    }

    /// <summary>Requires that all bytes were taken.</summary>
    /// <exception cref="RefusedRequestException">Some are left.</exception>
    public void RequireEnd()
    {
        if (left.Length > 0)
        {
            throw new RefusedRequestException(
                FaultKind.Malformed,
                $"{left.Length:N0} bytes are left over after the last binary tensor; every binary input needs its binary_data_size.");
        }
    }
}
