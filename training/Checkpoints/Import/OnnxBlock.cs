using Pipeline.Training.Onnx.Proto;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>A residual block of an ONNX file, found by its wiring.</summary>
/// <param name="Path">The two or three convolutions of its long branch, from the input on.</param>
/// <param name="Projection">The convolution of its short branch; null where that is the input itself.</param>
/// <param name="Result">The value that it makes.</param>
internal sealed record OnnxBlock(IReadOnlyList<OnnxConvNorm> Path, OnnxConvNorm? Projection, string Result)
{
    private const int LongestPath = 3;
    private static readonly string[] Sums = ["Add", "Sum"];

    /// <summary>The convolution that may be strided.</summary>
    public OnnxConvNorm Strided => IsBottleneck ? Path[1] : Path[0];

    /// <summary>Whether it has three convolutions.</summary>
    public bool IsBottleneck => Path.Count == LongestPath;

    /// <summary>The block that begins at a value: two branches that meet in one sum.</summary>
    /// <param name="value">Its input.</param>
    /// <param name="after">What made the input, for messages.</param>
    /// <param name="wiring">Of the graph.</param>
    /// <exception cref="Pipeline.Shared.UserErrorException">What begins there is no residual block.</exception>
    public static OnnxBlock At(string value, string after, OnnxWiring wiring)
    {
        var readers = wiring.Readers(value);
        NodeProto[] convolutions = [.. readers.Where(node => node.OpType == "Conv")];
        NodeProto[] sums = [.. readers.Where(IsSum)];
        var isBlock = convolutions.Length + sums.Length == readers.Count && convolutions.Length is 1 or 2 && readers.Count == 2;
        if (!isBlock)
        {
            throw wiring.Refusal($"{after} is followed by {OnnxText.Operators(readers)}, where a residual block or the end is expected");
        }

        OnnxBranch[] branches = [.. convolutions.Select(node => OnnxBranch.From(node, wiring)).OrderBy(branch => branch.Path.Count)];
        var main = branches[^1];
        var projection = branches.Length == 2 ? branches[0] : null;
        var meeting = projection is null ? sums[0] : projection.Sum;
        if (!ReferenceEquals(main.Sum, meeting) || main.Path.Count < 2 || projection is { Path.Count: not 1 })
        {
            throw wiring.Refusal($"the branches after {after} do not meet as those of a residual block");
        }

        var relu = wiring.OnlyReader(meeting.Output[0], OnnxText.Node(meeting));
        return relu.OpType == "Relu"
            ? new OnnxBlock(main.Path, projection?.Path[0], relu.Output[0])
            : throw wiring.Refusal($"{OnnxText.Node(meeting)} is followed by {OnnxText.Operator(relu)}, where Relu is expected");
    }

    private static bool IsSum(NodeProto node) => Sums.Contains(node.OpType) && node.Input.Count == 2;

    /// <summary>Convolutions with Relu between them, up to a sum.</summary>
    private sealed record OnnxBranch(IReadOnlyList<OnnxConvNorm> Path, NodeProto Sum)
    {
        public static OnnxBranch From(NodeProto first, OnnxWiring wiring)
        {
            var path = new List<OnnxConvNorm>();
            var next = first;
            while (path.Count < LongestPath)
            {
                var layer = OnnxConvNorm.At(next, wiring);
                path.Add(layer);
                var reader = wiring.OnlyReader(layer.Result, OnnxText.Node(next));
                if (IsSum(reader))
                {
                    return new OnnxBranch(path, reader);
                }

                RequireOperator(reader, "Relu", first, wiring);
                next = wiring.OnlyReader(reader.Output[0], OnnxText.Node(reader));
                RequireOperator(next, "Conv", first, wiring);
            }

            throw wiring.Refusal($"the branch of {OnnxText.Node(first)} has more than {LongestPath} convolutions");
        }

        private static void RequireOperator(NodeProto node, string expected, NodeProto first, OnnxWiring wiring)
        {
            if (node.OpType != expected)
            {
                throw wiring.Refusal($"{OnnxText.Node(node)} is on the branch of {OnnxText.Node(first)}, where {expected} is expected");
            }
        }
    }
}
