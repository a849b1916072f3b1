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

    /// <summary>Protocol buffers count the bytes of a message in 31 bits.</summary>
    public const long MostModelBytes = int.MaxValue;

    private const string ManifestFileName = "manifest.json";
    private const string ModelNoun = "file of the model";

    private ModelDirectory(string path, ModelManifest manifest)
    {
        Path = path;
        Manifest = manifest;
    }

    /// <summary>The version's directory.</summary>
    public string Path { get; }

    /// <summary>Its verified description.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>The ONNX file.</summary>
    public string ModelPath => System.IO.Path.Combine(Path, ModelFileName);

    /// <summary>The manifest's file.</summary>
    public string ManifestPath => System.IO.Path.Combine(Path, ManifestFileName);

    /// <summary>Publishes a version atomically, by renaming a finished directory.</summary>
    /// <param name="repositoryRoot">The repository; created if necessary.</param>
    /// <param name="name">Letters, digits, '-', '_' and '.'.</param>
    /// <param name="version">A positive number that is not taken, or null for the next.</param>
    /// <param name="fill">Writes the files into the directory given and describes them.</param>
    /// <param name="check">
    /// Looks at the finished directory before it is published, and says what the manifest is to say of it; if it throws, nothing is
    /// published. Null: nothing is checked.
    /// </param>
    /// <returns>The version's directory.</returns>
    /// <exception cref="UserErrorException">The name or version cannot be used.</exception>
    public static string Publish(
        string repositoryRoot,
        string name,
        int? version,
        Func<string, int, ModelManifest> fill,
        Func<string, ModelManifest, ModelManifest>? check = null)
    {
        RequireName(name);
        var family = System.IO.Path.Combine(repositoryRoot, name);
        RequireFree(family, version);
        var next = version ?? NextVersion(family);
        using var staged = StagedFolder.Beside(VersionPath(family, next));
        var manifest = fill(staged.Path, next);
        if (check is not null)
        {
            WriteManifest(staged.Path, manifest);   // a folder whose name is no number may hold any manifest
            manifest = check(staged.Path, manifest);
        }

        while (true)
        {
            WriteManifest(staged.Path, manifest with { Version = next });
            var target = VersionPath(family, next);
            if (staged.TryPublish(target))
            {
                return target;
            }

            // Another export was faster.
            RequireFree(family, version);
            next = Math.Max(next + 1, NextVersion(family));
        }
    }

    /// <summary>Makes sure, before any work, that a version can be published.</summary>
    /// <param name="repositoryRoot">The repository.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="version">The version, or null for the next.</param>
    /// <exception cref="UserErrorException">The name or version cannot be used, or a file is where a folder should be.</exception>
    public static void RequirePublishable(string repositoryRoot, string name, int? version)
    {
        RequireName(name);
        RequireFree(System.IO.Path.Combine(repositoryRoot, name), version);
    }

    /// <summary>Reads and verifies a version: every field of its manifest, and size and digest of every file.</summary>
    /// <param name="path">The version's directory.</param>
    /// <param name="standsInRoot">Whether the folder above is the repository itself, whose name says nothing about the model's.</param>
    /// <exception cref="UserErrorException">A file is missing, was changed, or contradicts the manifest.</exception>
    public static ModelDirectory Open(string path, bool standsInRoot = false)
    {
        var manifest = ReadManifest(path, standsInRoot);
        foreach (var (file, digest) in manifest.Files)
        {
            Verify(path, file, digest);
        }

        return new ModelDirectory(path, manifest);
    }

    /// <summary>Reads a version's manifest and verifies every field of it, but not the files.</summary>
    /// <inheritdoc cref="Open" />
    /// <exception cref="UserErrorException">The manifest is missing, or breaks the contract.</exception>
    public static ModelManifest ReadManifest(string path, bool standsInRoot = false)
    {
        var manifestPath = System.IO.Path.Combine(path, ManifestFileName);
        if (!File.Exists(manifestPath))
        {
            throw new UserErrorException(
                $"{path}: there is no {ManifestFileName}; give a directory <repository>/<name>/<version> that `export` or `demo` wrote.");
        }

        var manifest = ManifestReader.Read(manifestPath);
        ManifestRules.Check(manifestPath, manifest);
        if (standsInRoot)
        {
            ManifestLocation.CheckVersion(path, manifestPath, manifest);
        }
        else
        {
            ManifestLocation.Check(path, manifestPath, manifest);
        }

        return manifest;
    }

    /// <summary>
    /// Reads the ONNX file and verifies what was read: whoever uses these bytes uses the verified ones, whatever happens to the file.
    /// </summary>
    /// <exception cref="UserErrorException">The file is missing, or was changed.</exception>
    public byte[] ReadModel()
    {
        var digest = Manifest.Files[ModelFileName];
        using (var stream = InputFile.Open(ModelPath, ModelNoun))
        {
            RequireLength(ModelPath, stream.Length, digest);
        }

        var content = InputFile.ReadBytes(ModelPath, ModelNoun, digest.SizeBytes);
        RequireDigest(ModelPath, SHA256.HashData(content), digest);
        return content;
    }

    /// <summary>The same version under the name and number by which a repository lists it, where links or a mount gave it others.</summary>
    public ModelDirectory ListedAs(string name, int version) => new(Path, Manifest with { Name = name, Version = version });

    /// <summary>Whether a folder is a completely published version: the manifest is written last.</summary>
    public static bool IsFinished(string path) => FileStatus.Of(System.IO.Path.Combine(path, ManifestFileName)).Kind == FileKind.File;

    /// <summary>Size and SHA-256 of a file.</summary>
    public static FileDigest Digest(string file)
    {
        using var stream = InputFile.Open(file);
        return new FileDigest(Convert.ToHexStringLower(SHA256.HashData(stream)), stream.Length);
    }

    /// <summary>Whether a text can name a model.</summary>
    public static bool IsName(string name) => NamePattern().IsMatch(name);

    private static void WriteManifest(string folder, ModelManifest manifest) => AtomicFile.WriteText(
        System.IO.Path.Combine(folder, ManifestFileName), JsonSerializer.Serialize(manifest, ModelManifest.Json) + "\n");

    private static void RequireName(string name)
    {
        if (!IsName(name))
        {
            throw new UserErrorException($"'{name}' is not a valid model name; use letters, digits, '-', '_' and '.'.");
        }
    }

    private static void RequireFree(string family, int? version)
    {
        foreach (var folder in new[] { System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(family))!, family })
        {
            if (FileStatus.Of(folder).Kind is FileKind.File or FileKind.Special)
            {
                throw new UserErrorException(
                    $"{folder}: this is a file; a model repository is a folder that holds a folder for each model.");
            }
        }

        if (version < 1)
        {
            throw new UserErrorException($"version {version} is not a positive number.");
        }

        if (version is { } chosen && FileStatus.Of(VersionPath(family, chosen)).Kind != FileKind.Missing)
        {
            throw new UserErrorException(
                $"{VersionPath(family, chosen)}: this version already exists; choose another, or omit the version.");
        }
    }

    private static int NextVersion(string family)
    {
        var newest = NumbersTaken(family).DefaultIfEmpty(0).Max();
        return newest < int.MaxValue
            ? newest + 1
            : throw new UserErrorException($"{family}: version {newest} exists, and no higher number is left; remove it.");
    }

    private static string VersionPath(string family, int version) =>
        System.IO.Path.Combine(family, version.ToString(CultureInfo.InvariantCulture));

    private static void Verify(string path, string name, FileDigest digest)
    {
        var file = System.IO.Path.Combine(path, name);
        using var stream = InputFile.Open(file, ModelNoun);
        RequireLength(file, stream.Length, digest);
        RequireDigest(file, SHA256.HashData(stream), digest);
    }

    private static void RequireLength(string file, long bytes, FileDigest digest)
    {
        if (bytes != digest.SizeBytes)
        {
            throw new UserErrorException(
                $"{file}: {bytes:N0} bytes, the manifest says {digest.SizeBytes:N0}; copy or export the model again.");
        }
    }

    private static void RequireDigest(string file, byte[] hash, FileDigest digest)
    {
        if (Convert.ToHexStringLower(hash) != digest.Sha256)
        {
            throw new UserErrorException(
                $"{file}: the SHA-256 digest is not the manifest's; the file was changed or damaged. Copy or export the model again.");
        }
    }

    /// <summary>The versions of all folders, including unfinished ones; 0 for a folder with another name.</summary>
    private static IEnumerable<int> NumbersTaken(string family) =>
        Directory.Exists(family) ? Directory.EnumerateDirectories(family).Select(NumberOf) : [];

    private static int NumberOf(string folder)
    {
        var name = System.IO.Path.GetFileName(folder);
        return int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0;
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z")]
    private static partial Regex NamePattern();
}
