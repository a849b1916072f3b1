using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Protocols.OpenInference;

/// <summary>Checks the inputs of a request against what a detector takes, before anything is allocated for them.</summary>
internal static class InferenceInput
{
    private const string SharedMemory = "shared_memory_region";
    private const string Forms = "send UINT8 pixels of shape [N, H, W, 3], or PNG or JPEG files as BYTES of shape [N]";

    /// <summary>The only input that a detector has.</summary>
    /// <param name="request">The request.</param>
    /// <param name="service">How many images a request may have.</param>
    /// <param name="model">What an image may be.</param>
    /// <exception cref="RefusedRequestException">There is another input, or its type or shape does not fit.</exception>
    public static InputTensor Require(InferenceRequest request, LimitOptions service, ImageLimits model)
    {
        var input = Single(request.Inputs);
        if (input.Parameters.IsSet(SharedMemory))
        {
            throw new RefusedRequestException(
                FaultKind.Malformed, $"{input.Place}: shared memory is not supported; send the tensor in the request.");
        }

        switch (input.Datatype)
        {
            case DetectorTensors.Uint8:
                RequireImages(input, dimensions: 4, service);
                RequirePixels(input, model);
                return input;
            case DetectorTensors.Bytes:
                RequireImages(input, dimensions: 1, service);
                return input;
            default:
                throw Refusal(input, "datatype", $"{Quoted.Text(input.Datatype)} is not what this input takes");
        }
    }

    private static InputTensor Single(IReadOnlyList<InputTensor> inputs)
    {
        if (inputs.Count == 0)
        {
            throw new RefusedRequestException(FaultKind.Malformed, $"inputs is empty; {Forms} as the input '{DetectorTensors.Images}'.");
        }

        foreach (var input in inputs)
        {
            if (input.Name != DetectorTensors.Images)
            {
                throw new RefusedRequestException(
                    FaultKind.Malformed,
                    $"{input.Place}.name: there is no input {Quoted.Text(input.Name)}; the only input is '{DetectorTensors.Images}'.");
            }
        }

        return inputs.Count == 1
            ? inputs[0]
            : throw new RefusedRequestException(
                FaultKind.Malformed, $"{inputs[1].Place}.name: '{DetectorTensors.Images}' is sent twice; send all images in one tensor.");
    }

    private static void RequireImages(InputTensor input, int dimensions, LimitOptions service)
    {
        var shape = input.Shape;
        if (shape.Count != dimensions)
        {
            throw Refusal(input, "shape", $"{shape.Count} dimensions do not fit {input.Datatype}");
        }

        if (shape.Any(length => length < 1))
        {
            throw Refusal(input, "shape", $"{Shown(shape)}: every dimension must be at least 1");
        }

        if (shape[0] > service.MaxImages)
        {
            throw new RefusedRequestException(
                FaultKind.TooLarge,
                $"{input.Place}.shape: {shape[0]:N0} images; the service takes up to {service.MaxImages:N0} in one request. Send fewer.");
        }
    }

    private static void RequirePixels(InputTensor input, ImageLimits model)
    {
        var height = input.Shape[1];
        var width = input.Shape[2];
        if (input.Shape[3] != 3)
        {
            throw Refusal(input, "shape", $"{Shown(input.Shape)}: the last dimension must be 3, for red, green and blue");
        }

        if (Math.Max(height, width) > model.MaxDimensionPixels || height * width > model.MaxPixels)
        {
            throw new RefusedRequestException(
                FaultKind.TooLarge,
                $"{input.Place}.shape: images of {width} x {height} pixels; "
                    + $"sides of up to {model.MaxDimensionPixels:N0} and {model.MaxPixels:N0} pixels are accepted. Send smaller images.");
        }
    }

    private static string Shown(IReadOnlyList<long> shape) => $"[{string.Join(", ", shape)}]";

    private static RefusedRequestException Refusal(InputTensor input, string field, string what) =>
        new(FaultKind.Malformed, $"{input.Place}.{field}: {what}; {Forms}.");
}
