using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Tests.Models;

/// <summary>A repository into which versions of a tiny model are published, each with the labels that a test gives it.</summary>
public sealed class TinyRepository : IDisposable
{
    private static readonly Lazy<string> Exported = new(Export);
    private int staged;

    /// <summary>Its folder.</summary>
    public string Root { get; } = Directory.CreateTempSubdirectory("repository").FullName;

    /// <summary>The folder of a version.</summary>
    public string Folder(int version, string name = TinyModel.Name) => Path.Combine(Root, name, $"{version}");

    /// <summary>Publishes a version by a rename, in the place of one that has its number.</summary>
    /// <param name="version">Its number.</param>
    /// <param name="name">Name of the model.</param>
    /// <param name="mark">Begins all its labels, so that its answers can be told from those of others.</param>
    /// <param name="change">Changes the manifest.</param>
    /// <param name="model">Another model file, which the manifest describes.</param>
    /// <param name="damage">Changes the finished files, given their folder.</param>
    public void Publish(
        int version,
        string name = TinyModel.Name,
        string? mark = null,
        Action<JsonObject>? change = null,
        byte[]? model = null,
        Action<string>? damage = null)
    {
        var folder = Path.Combine(Root, $".staged-{staged++}");
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(Exported.Value))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        var path = Path.Combine(folder, "manifest.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        manifest["name"] = name;
        manifest["version"] = version;
        manifest["labels"] = new JsonArray(
            [.. manifest["labels"]!.AsArray().Select(label => (JsonNode)$"{mark ?? Mark(version)}{label}")]);
        if (model is not null)
        {
            Replace(manifest, Path.Combine(folder, ModelDirectory.ModelFileName), model);
        }

        change?.Invoke(manifest);
        File.WriteAllText(path, manifest.ToJsonString());
        damage?.Invoke(folder);
        Place(folder, Folder(version, name));
    }

    /// <summary>What the labels of a version begin with.</summary>
    public static string Mark(int version) => string.Create(CultureInfo.InvariantCulture, $"v{version}-");

    /// <summary>Removes a version.</summary>
    public void Remove(int version, string name = TinyModel.Name) => Directory.Delete(Folder(version, name), recursive: true);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>Once for all tests of the process: only the manifests differ.</summary>
    private static string Export()
    {
        var root = Directory.CreateTempSubdirectory("template").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(root, recursive: true);
        return TinyModel.Export(root);
    }

    private static void Replace(JsonObject manifest, string file, byte[] model)
    {
        File.WriteAllBytes(file, model);
        var digest = ModelDirectory.Digest(file);
        manifest["files"]![ModelDirectory.ModelFileName] = new JsonObject
        {
            ["sha256"] = digest.Sha256,
            ["sizeBytes"] = digest.SizeBytes,
        };
    }

    private void Place(string folder, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (Directory.Exists(target))
        {
            Directory.Move(target, Path.Combine(Root, $".replaced-{staged++}"));
        }

        Directory.Move(folder, target);
    }
}
