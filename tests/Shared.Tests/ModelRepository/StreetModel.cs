using System.Text.Json.Nodes;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Shared.Tests.ModelRepository;

/// <summary>A temporary repository with the valid model <c>street/1</c>.</summary>
internal sealed class StreetModel : IDisposable
{
    public StreetModel()
    {
        Folder = Path.Combine(Root, "street", "1");
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, ModelDirectory.ModelFileName), "a model");
        Write(Manifest());
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("manifests").FullName;

    /// <summary>Of version 1.</summary>
    public string Folder { get; }

    public string ManifestPath => Path.Combine(Folder, "manifest.json");

    /// <summary>The manifest of the model, for a test to change.</summary>
    public JsonObject Manifest()
    {
        var digest = ModelDirectory.Digest(Path.Combine(Folder, ModelDirectory.ModelFileName));
        return new JsonObject
        {
            ["contractVersion"] = 1,
            ["name"] = "street",
            ["version"] = 1,
            ["labels"] = new JsonArray("Car", "Truck"),
            ["labelMap"] = new JsonObject { ["Van"] = "Car" },
            ["maxInputSidePixels"] = 4096,
            ["scoreThreshold"] = 0.05,
            ["topD"] = 100,
            ["precision"] = "fp32",
            ["opset"] = 18,
            ["files"] = new JsonObject
            {
                [ModelDirectory.ModelFileName] = new JsonObject { ["sha256"] = digest.Sha256, ["sizeBytes"] = digest.SizeBytes },
            },
            ["checkpointSha256"] = null,
            ["training"] = new JsonObject { ["numClasses"] = 3 },
            ["created"] = "2026-01-31T12:00:00+00:00",
            ["tool"] = "a test",
        };
    }

    public void Write(JsonObject manifest) => File.WriteAllText(ManifestPath, manifest.ToJsonString());

    /// <summary>What opening the model is refused with.</summary>
    public string Refusal() => Assert.Throws<UserErrorException>(() => ModelDirectory.Open(Folder)).Message;

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
