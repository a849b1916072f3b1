using System.Globalization;
using Pipeline.Shared.Text;
using YamlDotNet.RepresentationModel;

namespace Pipeline.Shared.Datasets.Yolo;

/// <summary>
/// The <c>names</c> of a <c>data.yaml</c>: a list, or a map from numbers to names; <c>nc</c>, if it is there, must be their number.
/// </summary>
internal sealed class YoloYamlNames
{
    private readonly string path;
    private readonly List<Finding> findings;
    private readonly Dictionary<int, string> names = [];

    private YoloYamlNames(string path, List<Finding> findings)
    {
        this.path = path;
        this.findings = findings;
    }

    /// <param name="path">The file.</param>
    /// <param name="node">Its <c>names</c>; null when it has none.</param>
    /// <param name="count">Its <c>nc</c>; null when it has none.</param>
    /// <param name="findings">Receives what is wrong with them.</param>
    /// <returns>Null when there are no names.</returns>
    public static YoloNames? Read(string path, YamlNode? node, YamlNode? count, List<Finding> findings)
    {
        var reader = new YoloYamlNames(path, findings);
        switch (node)
        {
            case null or YamlScalarNode { Value: null or "" }:
                return null;
            case YamlSequenceNode list:
                reader.AddAll(list);
                break;
            case YamlMappingNode map:
                reader.AddAll(map);
                break;
            default:
                reader.Refuse(node, "names: a list of names, or a map from numbers to names, is expected.");
                return null;
        }

        reader.Check(count);
        return new YoloNames(path, reader.names);
    }

    private void AddAll(YamlSequenceNode list)
    {
        for (var number = 0; number < list.Children.Count; number++)
        {
            Add(number, list.Children[number]);
        }
    }

    private void AddAll(YamlMappingNode map)
    {
        foreach (var (key, name) in map.Children)
        {
            if (Number(key) is { } number)
            {
                Add(number, name);
            }
            else
            {
                Refuse(key, "names: the key of a name must be a whole number from 0.");
            }
        }
    }

    private void Add(int number, YamlNode name)
    {
        if (name is YamlScalarNode scalar)
        {
            YoloNameFindings.Add(names, number, scalar.Value ?? "", YoloYaml.At(path, name), findings);
        }
        else
        {
            Refuse(name, $"names: the name of class {number} must be text.");
        }
    }

    /// <summary>Where numbers have gaps, the number of names and the last number are both accepted.</summary>
    private void Check(YamlNode? node)
    {
        var last = names.Count == 0 ? -1 : names.Keys.Max();
        if (node is null || Number(node) is { } count && (count == names.Count || count == last + 1))
        {
            return;
        }

        var text = Excerpt.Of((node as YamlScalarNode)?.Value);
        Refuse(node, $"nc: {text} is not the number of names, {names.Count}; make them equal.");
    }

    private void Refuse(YamlNode at, string message) => findings.Add(new Finding(YoloYaml.At(path, at), message));

    private static int? Number(YamlNode node)
    {
        var text = (node as YamlScalarNode)?.Value;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
