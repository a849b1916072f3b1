using System.Reflection;

namespace Pipeline.Serving.Protocols.OpenInference;

/// <summary>What the server says about itself.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Extensions">The extensions of the protocol that it has.</param>
internal sealed record ServerMetadata(string Name, string Version, IReadOnlyList<string> Extensions)
{
    /// <summary>This service.</summary>
    public static ServerMetadata Own { get; } = new(
        Name: "pipeline-serve",
        Version: Assembly.GetExecutingAssembly().GetName().Version!.ToString(fieldCount: 3),
        Extensions:
        [
            "binary_tensor_data", "model_repository", "statistics", "schedule_policy", "parameters", "model_configuration",
        ]);
}
