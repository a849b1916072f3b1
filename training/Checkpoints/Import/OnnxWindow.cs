using Pipeline.Training.Onnx.Proto;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>How a convolution or a pooling of an ONNX file moves over its input.</summary>
/// <param name="node">The node.</param>
/// <param name="wiring">Of its graph.</param>
internal sealed class OnnxWindow(NodeProto node, OnnxWiring wiring)
{
    private const string NotSet = "NOTSET";

    /// <summary>Its step in both directions.</summary>
    public long Stride => Numbers("strides", 1) is [var first, var second] && first == second ? first : 0;

    /// <summary>Requires square windows of a side, a stride, and zeros at the border as torchvision's networks have them.</summary>
    /// <param name="side">In pixels of the input; odd.</param>
    /// <param name="stride">In pixels of the input.</param>
    /// <param name="actualSide">The weight's; 0 where the node has none.</param>
    /// <exception cref="Pipeline.Shared.UserErrorException">It moves in another way.</exception>
    /// <remarks>
    /// A border of (p, p, p-1, p-1) at a stride of 2 gives the same windows as p on all sides where the input has an even size; on an odd
    /// size the file's network has one window less, and its result is another.
    /// </remarks>
    public void Require(long side, long stride, long actualSide)
    {
        var kernel = Numbers("kernel_shape", actualSide);
        RequireAll("kernel_shape", kernel, side);
        if (actualSide != 0 && actualSide != side)
        {
            throw Refusal($"has weights of {actualSide} × {actualSide}, where {side} × {side} are needed");
        }

        RequireAll("strides", Numbers("strides", 1), stride);
        RequireAll("dilations", Numbers("dilations", 1), 1);
        RequireBorder((side - 1) / 2, stride);
        if (Number("group") is not (null or 1) || Number("ceil_mode") is not (null or 0))
        {
            throw Refusal("works in groups or rounds its size up (group, ceil_mode), which a plain residual network does not");
        }
    }

    private void RequireBorder(long border, long stride)
    {
        var automatic = Attribute("auto_pad")?.S.ToStringUtf8() ?? NotSet;
        if (border == 0 && automatic != NotSet)
        {
            return; // Windows of one pixel need no border, whatever the rule.
        }

        var borders = Attribute("pads")?.Ints.ToArray() ?? [0, 0, 0, 0];
        var isSame = borders.Length == 4 && automatic == NotSet
            && borders.Take(2).All(size => size == border)
            && borders.Skip(2).All(size => size == border || (stride == 2 && size == border - 1));
        if (!isSame)
        {
            var found = automatic == NotSet ? $"pads [{string.Join(", ", borders)}]" : $"auto_pad {OnnxText.Name(automatic)}";
            throw Refusal($"has {found}, where {border} on all sides is needed");
        }
    }

    private void RequireAll(string name, long[] found, long needed)
    {
        if (found.Length != 2 || found.Any(value => value != needed))
        {
            throw Refusal($"has {name} [{string.Join(", ", found)}], where {needed} is needed");
        }
    }

    private Pipeline.Shared.UserErrorException Refusal(string found) => wiring.Refusal($"{OnnxText.Node(node)} {found}");

    private long[] Numbers(string name, long otherwise) => Attribute(name)?.Ints.ToArray() ?? [otherwise, otherwise];

    private long? Number(string name) => Attribute(name)?.I;

    private AttributeProto? Attribute(string name) => node.Attribute.FirstOrDefault(attribute => attribute.Name == name);
}
