using System.Globalization;
using Pipeline.Serving.Faults;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Protocols.OpenInference;

/// <summary>The answer to a request for inference.</summary>
/// <param name="ModelName">Name of the model that answered.</param>
/// <param name="ModelVersion">Its version.</param>
/// <param name="Id">The client's name for the request; empty when it sent none.</param>
/// <param name="Outputs">What it asked for, in its order.</param>
internal sealed record InferenceAnswer(string ModelName, string ModelVersion, string Id, IReadOnlyList<OutputTensor> Outputs)
{
    private const string Classification = "classification";
    private const string SharedMemory = "shared_memory_region";

    /// <summary>The outputs that a request asks for, in its order; all, when it names none.</summary>
    /// <exception cref="RefusedRequestException">An output does not exist, is named twice, or is wanted in an unsupported form.</exception>
    public static IReadOnlyList<TensorMetadata> Select(IReadOnlyList<RequestedOutput> requested, ModelManifest manifest)
    {
        var known = DetectorTensors.Outputs(manifest);
        if (requested.Count == 0)
        {
            return known;
        }

        var selected = new List<TensorMetadata>();
        foreach (var output in requested)
        {
            var metadata = known.FirstOrDefault(other => other.Name == output.Name) ?? throw Refusal(
                output,
                $"there is no output {Quoted.Text(output.Name)}; the outputs are {string.Join(", ", known.Select(other => other.Name))}.");
            if (selected.Contains(metadata))
            {
                throw Refusal(output, $"'{output.Name}' is named twice; name it once.");
            }

            if (output.Parameters.IsSet(Classification))
            {
                throw Refusal(output, "classification is for classifiers; a detector returns tensors. Leave it out.");
            }

            if (output.Parameters.IsSet(SharedMemory))
            {
                throw Refusal(output, "shared memory is not supported; the tensor comes in the response.");
            }

            selected.Add(metadata);
        }

        return selected;
    }

    /// <summary>Stacks what was found.</summary>
    public static InferenceAnswer Of(
        string id, ModelManifest manifest, IEnumerable<TensorMetadata> outputs, IReadOnlyList<IReadOnlyList<Detection>> found) => new(
            ModelName: manifest.Name,
            ModelVersion: manifest.Version.ToString(CultureInfo.InvariantCulture),
            Id: id,
            Outputs: [.. outputs.Select(output => OutputTensor.Stack(output, found))]);

    private static RefusedRequestException Refusal(RequestedOutput output, string what) =>
        new(FaultKind.Malformed, $"{output.Place}: {what}");
}
