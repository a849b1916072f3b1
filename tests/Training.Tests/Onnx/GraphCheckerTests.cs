using Google.Protobuf;
using Pipeline.Training.Detection.Export;
using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Proto;

namespace Pipeline.Training.Tests.Onnx;

public sealed class GraphCheckerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("checker").FullName;

    [Theory]
    [InlineData("torchvision", "resnet50")]
    [InlineData("torchvision", "resnet18")]
    [InlineData("paper", "resnet50")]
    public void An_exported_detector_is_sound_and_its_types_are_those_that_the_graph_holds(string preset, string architecture)
    {
        using var detector = ExportedDetector.Create(ExportedDetector.Options(preset, architecture));
        var graph = DetectorExporter.Graph(detector);

        var check = GraphChecker.Check(graph.ToModel());

        Assert.Empty(check.Defects);
        var inferred = check.Values.Select(value => KeyValuePair.Create(value.Key, value.Value.Type));
        Assert.Equal(graph.Types.OrderBy(type => type.Key), inferred.OrderBy(type => type.Key));
    }

    [Fact]
    public void What_is_written_is_what_the_graph_holds()
    {
        var graph = Sound();
        var path = Path.Combine(folder, "model.onnx");
        graph.Save(path);

        using var file = File.OpenRead(path);
        Assert.Equal(graph.ToModel(), ModelProto.Parser.ParseFrom(file));
    }

    [Fact]
    public void A_doubled_name_is_refused() =>
        Defect("value Mul_1 is defined more than once", graph => graph.Node[1].Output[0] = "Mul_1");

    [Fact]
    public void A_doubled_node_name_is_refused() => Defect("more than one node is called Mul_1", graph => graph.Node[1].Name = "Mul_1");

    [Fact]
    public void A_wrong_order_is_refused() => Defect("node Add_2 reads Mul_1 before it is computed", graph =>
    {
        var first = graph.Node[0];
        graph.Node.RemoveAt(0);
        graph.Node.Insert(1, first);
    });

    [Fact]
    public void An_undefined_input_is_refused() =>
        Defect("node Add_2 reads nowhere which nothing gives", graph => graph.Node[1].Input[1] = "nowhere");

    [Fact]
    public void An_output_that_nothing_computes_is_refused() =>
        Defect("output sum is not computed", graph => graph.Node.RemoveAt(graph.Node.Count - 1));

    [Fact]
    public void Operands_of_different_types_are_refused() =>
        Defect("node Mul_1: inputs of types Float and Double", graph => graph.Input[1].Type.TensorType.ElemType = (int)OnnxType.Double);

    [Fact]
    public void Operands_whose_dimensions_do_not_fit_are_refused() =>
        Defect("node Mul_1: dimensions 4 and 5 do not fit", graph => graph.Input[1].Type.TensorType.Shape.Dim[1].DimValue = 5);

    [Fact]
    public void An_output_declared_with_another_rank_is_refused() => Defect(
        "output sum is declared as Float [?], and is Float [?, 4]",
        graph => graph.Output[0].Type.TensorType.Shape.Dim.RemoveAt(1));

    [Fact]
    public void An_initializer_with_missing_bytes_is_refused() => Defect(
        "initializer constant_0 has 8 bytes in place of 16",
        graph => graph.Initializer[0].RawData = ByteString.CopyFrom(new byte[8]));

    [Fact]
    public void An_operator_without_a_rule_is_refused() =>
        Defect("node Mul_1: no rule for operator Multiply", graph => graph.Node[0].OpType = "Multiply");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static OnnxGraph Sound()
    {
        var graph = new OnnxGraph();
        var a = graph.Input("a", OnnxType.Float, "N", 4);
        var b = graph.Input("b", OnnxType.Float, "N", 4);
        graph.Output("sum", graph.Add(graph.Mul(a, b), graph.Constant([1f, 2, 3, 4], 4)), "N", 4);
        return graph;
    }

    private static void Defect(string expected, Action<GraphProto> damage)
    {
        var model = Sound().ToModel();
        Assert.Empty(GraphChecker.Check(model).Defects);

        damage(model.Graph);

        Assert.Equal(expected, GraphChecker.Check(model).Defects[0]);
    }
}
