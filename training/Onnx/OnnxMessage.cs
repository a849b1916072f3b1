namespace Pipeline.Training.Onnx;

/// <summary>What is in a message of an ONNX file, by the numbers of its fields (onnx.proto).</summary>
/// <param name="Inner">Fields that hold messages.</param>
/// <param name="Packed">Fields that hold whole numbers in as few bytes as each needs.</param>
internal sealed record OnnxMessage(IReadOnlyDictionary<int, OnnxMessage> Inner, IReadOnlyList<int> Packed)
{
    /// <summary><c>ModelProto</c>, the file itself.</summary>
    public static OnnxMessage Model { get; } = Of((7, Graph()));

    private static OnnxMessage Graph()
    {
        var tensor = new OnnxMessage(new Dictionary<int, OnnxMessage> { [13] = Of() }, Packed: [1, 5, 7]);
        var inAttribute = new Dictionary<int, OnnxMessage> { [5] = tensor };
        var attribute = new OnnxMessage(inAttribute, Packed: [8]);
        var node = Of((5, attribute));
        var shape = Of((1, Of()));
        var type = Of((1, Of((2, shape))));
        var value = Of((2, type));
        var graph = Of((1, node), (5, tensor), (11, value), (12, value), (13, value));
        inAttribute.Add(6, graph);
        return graph;
    }

    private static OnnxMessage Of(params (int Field, OnnxMessage Message)[] inner) =>
        new(inner.ToDictionary(entry => entry.Field, entry => entry.Message), Packed: []);
}
