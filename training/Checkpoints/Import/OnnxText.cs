using Pipeline.Training.Onnx.Proto;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>What an ONNX file holds, for messages of one line.</summary>
internal static class OnnxText
{
    private const int LongestName = 60, Shown = 5;

    /// <summary>A name out of the file, cut where it is long.</summary>
    public static string Name(string name) => NameText.Escaped(name.Length > LongestName ? name[..LongestName] + "…" : name);

    /// <summary>The first names.</summary>
    public static string Names(IReadOnlyCollection<string> names)
    {
        if (names.Count == 0)
        {
            return "none";
        }

        return string.Join(", ", names.Take(Shown).Select(Name)) + (names.Count > Shown ? ", …" : "");
    }

    /// <summary>A node: what it computes, and its name where it has one.</summary>
    public static string Node(NodeProto node)
    {
        var name = node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault() ?? "";
        return $"{Operator(node)} {Name(name)}".TrimEnd();
    }

    /// <summary>What a node computes; another domain than ONNX's own is named.</summary>
    public static string Operator(NodeProto node) =>
        Name(node.Domain is "" or "ai.onnx" ? node.OpType : $"{node.Domain}.{node.OpType}");

    /// <summary>What nodes compute.</summary>
    public static string Operators(IReadOnlyCollection<NodeProto> nodes) =>
        nodes.Count == 0 ? "nothing" : Names([.. nodes.Select(Operator)]);
}
