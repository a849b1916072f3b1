using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Shared.Files;

namespace Pipeline.Shared.ModelRepository;

/// <summary>One version of a model: <c>&lt;repository&gt;/&lt;name&gt;/&lt;version&gt;/{model.onnx, manifest.json}</c>.</summary>
public sealed partial class ModelDirectory
{
    /// <summary>Name of the model file.</summary>
    public const string ModelFileName = "model.onnx";

    private const string ManifestFileName = "manifest.json";
    private const long MaxManifestBytes = 4_000_000;

    private ModelDirectory(string path, ModelManifest manifest) => (Path, Manifest) = (path, manifest);

    /// <summary>The directory.</summary>
    public string Path { get; }

    /// <summary>What it holds.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>The ONNX file.</summary>
    public string ModelPath => System.IO.Path.Combine(Path, ModelFileName);

    /// <summary>Makes a version visible at once, by renaming a finished directory.</summary>
    /// <param name="repositoryRoot">The repository; made when missing.</param>
    /// <param name="name">Letters, digits, '-', '_' and '.'.</param>
    /// <param name="version">A positive number that is not taken, or null for the next.</param>
    /// <param name="fill">Writes the files into the directory given and describes them.</param>
    /// <returns>The version's directory.</returns>
    /// <exception cref="UserErrorException">The name or version cannot be used.</exception>
    public static string Publish(string repositoryRoot, string name, int? version, Func<string, int, ModelManifest> fill)
    {
        if (!NamePattern().IsMatch(name))
        {
            throw new UserErrorException($"'{name}' cannot name a model; use letters, digits, '-', '_' and '.'.");
        }

        var family = System.IO.Path.Combine(repositoryRoot, name);
        var chosen = version ?? Versions(family).DefaultIfEmpty(0).Max() + 1;
        var target = System.IO.Path.Combine(family, chosen.ToString(CultureInfo.InvariantCulture));
        if (chosen < 1 || Directory.Exists(target))
        {
            throw new UserErrorException(chosen < 1 ? $"version {chosen} is not a positive number." : $"{target}: this version is there already; choose another or leave the version out.");
        }

        var staging = System.IO.Path.Combine(family, $".{chosen}.{Environment.ProcessId}.tmp");
        Directory.CreateDirectory(staging);
        try
        {
            var manifest = fill(staging, chosen);
            AtomicFile.WriteText(System.IO.Path.Combine(staging, ManifestFileName), JsonSerializer.Serialize(manifest, ModelManifest.Json) + "\n");
            Directory.Move(staging, target);
            return target;
        }
        catch
        {
            Directory.Delete(staging, recursive: true);
            throw;
        }
    }

    /// <summary>Reads and verifies a version: contract, size and digest of every file.</summary>
    /// <exception cref="UserErrorException">Something is missing or does not fit.</exception>
    public static ModelDirectory Open(string path)
    {
        var manifestPath = System.IO.Path.Combine(path, ManifestFileName);
        if (!File.Exists(manifestPath))
        {
            throw new UserErrorException($"{path}: there is no {ManifestFileName}; name a directory <repository>/<name>/<version> that `export` or `demo` wrote.");
        }

        if (new FileInfo(manifestPath).Length > MaxManifestBytes)
        {
            throw new UserErrorException($"{manifestPath}: over {MaxManifestBytes:N0} bytes; this is no manifest.");
        }

        ModelManifest manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<ModelManifest>(File.ReadAllText(manifestPath), ModelManifest.Json)!;
        }
        catch (JsonException exception)
        {
            throw new UserErrorException($"{manifestPath}: not a manifest: {exception.Message}", exception);
        }

        if (manifest.ContractVersion != ModelManifest.CurrentContractVersion)
        {
            throw new UserErrorException($"{manifestPath}: contract version {manifest.ContractVersion}; this program reads {ModelManifest.CurrentContractVersion}. Export the model again.");
        }

        if (!manifest.Files.ContainsKey(ModelFileName))
        {
            throw new UserErrorException($"{manifestPath}: files: {ModelFileName} is not listed.");
        }

        foreach (var (name, digest) in manifest.Files)
        {
            Verify(path, manifestPath, name, digest);
        }

        return new ModelDirectory(path, manifest);
    }

    /// <summary>Whether a folder holds a version that was published whole: the manifest comes last.</summary>
    public static bool IsFinished(string path) => FileStatus.Of(System.IO.Path.Combine(path, ManifestFileName)).Kind == FileKind.File;

    /// <summary>Size and SHA-256 of a file.</summary>
    public static FileDigest Digest(string file)
    {
        using var stream = File.OpenRead(file);
        return new FileDigest(Convert.ToHexStringLower(SHA256.HashData(stream)), stream.Length);
    }

    private static void Verify(string path, string manifestPath, string name, FileDigest digest)
    {
        if (name != System.IO.Path.GetFileName(name) || name is "." or "..")
        {
            throw new UserErrorException($"{manifestPath}: files: '{name}' is not a plain file name.");
        }

        var file = System.IO.Path.Combine(path, name);
        var length = File.Exists(file) ? new FileInfo(file).Length : throw new UserErrorException($"{file}: the manifest names this file, but it is missing.");
        if (length != digest.SizeBytes)
        {
            throw new UserErrorException($"{file}: {length:N0} bytes, the manifest says {digest.SizeBytes:N0}; copy or export the model again.");
        }

        if (Digest(file).Sha256 != digest.Sha256)
        {
            throw new UserErrorException($"{file}: the SHA-256 digest is not the manifest's; the file was changed or damaged. Copy or export the model again.");
        }
    }

    private static IEnumerable<int> Versions(string family) => Directory.Exists(family)
        ? Directory.EnumerateDirectories(family).Select(folder => int.TryParse(System.IO.Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0)
        : [];

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
    private static partial Regex NamePattern();
}
