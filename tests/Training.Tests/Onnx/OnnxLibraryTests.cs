using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Proto;

namespace Pipeline.Training.Tests.Onnx;

/// <summary>Exported models as the format's own library reads them, and as <see cref="GraphChecker"/> does.</summary>
/// <param name="models">Exported once for all classes that read them.</param>
[Collection(EdgeCaseModels.Collection)]
public sealed class OnnxLibraryTests(EdgeCaseModels models)
{
    /// <summary>
    /// Debian 12's library knows the operators of opset 17. Of those that a detector uses, opset 18 changed two ways of writing: the axes
    /// of <c>ReduceMin</c> and <c>ReduceProd</c> are an input and were an attribute, and <c>Split</c> says into how many equal parts. A
    /// copy in the older way is checked: the new way of these three is what it cannot check. Shapes are inferred with type checks, and
    /// each inferred value printed with type and rank.
    /// </summary>
    private const string CheckWithOnnx = """
        import sys, onnx
        from onnx import checker, helper, numpy_helper, shape_inference
        model = onnx.load(sys.argv[1])
        constants = {tensor.name: tensor for tensor in model.graph.initializer}
        for node in model.graph.node:
            if node.op_type in ("ReduceMin", "ReduceProd"):
                axes = numpy_helper.to_array(constants[node.input[1]]).tolist()
                node.input.pop()
                node.attribute.append(helper.make_attribute("axes", axes))
            if node.op_type == "Split":
                kept = [attribute for attribute in node.attribute if attribute.name != "num_outputs"]
                del node.attribute[:]
                node.attribute.extend(kept)
        model.opset_import[0].version = 17
        checker.check_model(model, full_check=True)
        inferred = shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
        for value in inferred.graph.value_info:
            tensor = value.type.tensor_type
            rank = len(tensor.shape.dim) if tensor.HasField("shape") else -1
            print(value.name, tensor.elem_type, rank)
        """;

    public static TheoryData<string, string> Cases => EdgeCaseModels.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void The_library_of_the_format_finds_the_types_and_ranks_that_are_found_here(string variant, string network)
    {
        var path = models.Model(network, variant);
        using var file = File.OpenRead(path);
        var model = ModelProto.Parser.ParseFrom(file);
        var check = GraphChecker.Check(model);
        Assert.Empty(check.Defects);

        var printed = DebianPython.RunOnnx(CheckWithOnnx, path);

        var compared = 0;
        foreach (var line in printed.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split(' ');
            var value = check.Values[fields[0]];
            Assert.Equal(((OnnxType)int.Parse(fields[1]), fields[0]), (value.Type, fields[0]));
            if (fields[2] != "-1")
            {
                Assert.Equal((int.Parse(fields[2]), fields[0]), (value.Rank, fields[0]));
                compared++;
            }
        }

        Assert.True(compared > model.Graph.Node.Count / 2, $"{compared} ranks were compared, of {model.Graph.Node.Count} nodes");
    }
}
