using Pipeline.Shared.Files;
using Pipeline.Shared.Text;
using YamlDotNet.RepresentationModel;

namespace Pipeline.Shared.Datasets.Yolo;

/// <summary>
/// A <c>data.yaml</c>: <c>path</c>, <c>train</c>, <c>val</c> (or <c>validation</c>), <c>test</c>, <c>names</c> and <c>nc</c>. Nothing else
/// in it is read, and nothing is ever downloaded. <c>path</c> is relative to the file; where it leads nowhere, the file's own folder is
/// meant, with a warning. The others are relative to it; where one that begins with <c>../</c> leads nowhere, the same without <c>../</c>
/// is meant: Roboflow writes <c>../train/images</c> for the folder <c>train/images</c> beside the file.
/// </summary>
internal sealed class YoloDataFile
{
    private static readonly (string Key, string List)[] Lists =
        [("train", "train"), ("val", "val"), ("validation", "val"), ("test", "test")];

    private readonly string path;
    private readonly YamlMappingNode map;
    private readonly List<Finding> findings;

    /// <param name="path">The file.</param>
    /// <param name="findings">Receives what is wrong with it.</param>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public YoloDataFile(string path, List<Finding> findings)
    {
        this.path = path;
        this.findings = findings;
        map = YoloYaml.Read(path);
        Root = RootFolder();
        Entries = [.. Lists.SelectMany(list => EntriesOf(list.Key, list.List))];
        Classes = YoloYamlNames.Read(path, Value("names"), Value("nc"), findings);
        if (Value("kpt_shape") is { } keypoints)
        {
            findings.Add(new Finding(YoloYaml.At(path, keypoints), "kpt_shape: labels with keypoints are not read; only boxes are."));
        }
    }

    /// <summary>The folder that everything else is relative to.</summary>
    public string Root { get; }

    /// <summary>Where the images are; empty when the file does not say.</summary>
    public IReadOnlyList<YoloEntry> Entries { get; }

    /// <summary>The names of the classes; null when the file has none.</summary>
    public YoloNames? Classes { get; }

    private string RootFolder()
    {
        var folder = Path.GetDirectoryName(path) ?? "";
        folder = folder.Length == 0 ? "." : folder;
        if (Value("path") is not YamlScalarNode { Value: { Length: > 0 } named } node || Native(named) is "." or "./")
        {
            return folder;
        }

        var candidate = Path.Combine(folder, Native(named));
        if (FileStatus.Of(candidate).Kind == FileKind.Folder)
        {
            return candidate;
        }

        findings.Add(new Finding(YoloYaml.At(path, node), $"path: there is no folder {Excerpt.Of(named)}; the file's own folder is taken.")
        {
            Summary = "paths lead nowhere; the folder of the file is taken",
        });
        return folder;
    }

    private IEnumerable<YoloEntry> EntriesOf(string key, string list)
    {
        var value = Value(key);
        var nodes = value is YamlSequenceNode sequence ? sequence.Children : (IEnumerable<YamlNode>)(value is null ? [] : [value]);
        foreach (var node in nodes)
        {
            var at = YoloYaml.At(path, node);
            if (node is not YamlScalarNode scalar)
            {
                findings.Add(new Finding(at, $"{key}: a folder of images, a list of them, or several of these are expected."));
            }
            else if (scalar.Value is { Length: > 0 } named && !IsNull(scalar))
            {
                if (Existing(Native(named)) is { } existing)
                {
                    yield return new YoloEntry(list, existing, at);
                }
                else
                {
                    findings.Add(Nowhere(key, named, at));
                }
            }
        }
    }

    /// <summary>Lists to test on are often named and not there; the others are needed.</summary>
    private Finding Nowhere(string key, string named, string at)
    {
        var message = $"{key}: {Excerpt.Of(named)} is neither a file nor a folder below {Root}";
        return key != "test"
            ? new Finding(at, message + "; correct it, or remove the line.")
            : new Finding(at, message + "; it is left out.") { Summary = "lists to test on lead nowhere and are left out" };
    }

    private string? Existing(string named)
    {
        var withoutParents = named;
        while (withoutParents.StartsWith("../", StringComparison.Ordinal))
        {
            withoutParents = withoutParents[3..];
        }

        string[] candidates = [Path.Combine(Root, named), Path.Combine(Root, withoutParents)];
        return candidates.FirstOrDefault(candidate => FileStatus.Of(candidate).Kind is FileKind.File or FileKind.Folder);
    }

    private YamlNode? Value(string key) => map.Children.FirstOrDefault(entry => IsKey(entry.Key, key)).Value;

    private static bool IsKey(YamlNode node, string key) => node is YamlScalarNode scalar && scalar.Value == key;

    private static bool IsNull(YamlScalarNode node) =>
        node.Style == YamlDotNet.Core.ScalarStyle.Plain && node.Value is "~" or "null" or "Null" or "NULL";

    private static string Native(string named) => OperatingSystem.IsWindows() ? named : named.Replace('\\', '/');
}
