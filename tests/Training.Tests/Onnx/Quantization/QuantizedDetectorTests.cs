using Pipeline.Training.Detection.Export;
using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Evaluation;
using Pipeline.Training.Onnx.Proto;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Onnx.Quantization;

public sealed class QuantizedDetectorTests(QuantizedDetectors detectors) : IClassFixture<QuantizedDetectors>, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("int8").FullName;

    public static TheoryData<string, bool, bool> Detectors => new()
    {
        { "resnet18", false, false },
        { "resnet18", true, true },
        { "resnet50", true, false },
        { "resnet50", false, true },
    };

    [Theory, MemberData(nameof(Detectors))]
    public void ONNX_Runtime_computes_every_layer_of_the_plan_in_int8(string architecture, bool paper, bool classAgnostic)
    {
        var detector = detectors.Of(architecture, paper, classAgnostic);
        var file = Path.Combine(folder, "optimized.onnx");
        using var session = new GraphSession(detector.Int8, file);

        var optimized = ModelProto.Parser.ParseFrom(File.ReadAllBytes(file)).Graph;

        var nodes = detector.Plan.Layers.SelectMany(layer => layer.Nodes).ToList();
        Assert.Equal(nodes.Count(node => node.OpType == "Conv"), optimized.Node.Count(node => node.OpType == "QLinearConv"));
        Assert.Equal(nodes.Count(node => node.OpType == "Gemm"), optimized.Node.Count(node => node.OpType == "QGemm"));
        string[] inFloat = ["Conv", "FusedConv", "Gemm", "FusedGemm", "MatMul", "FusedMatMul"];
        var stayed = optimized.Node.Where(node => inFloat.Contains(node.OpType)).ToList();
        Assert.Equal(detector.Plan.FloatLayers.Sum(kept => kept.Layer.Nodes.Count), stayed.Count);
        Assert.All(stayed, node => Assert.Contains(
            detector.Plan.FloatLayers,
            kept => node.Name.StartsWith(kept.Layer.Name, StringComparison.Ordinal)));
        Assert.Equal(
            ["rpn.head.cls_logits", "rpn.head.bbox_pred", "roi_heads.box_predictor.cls_score", "roi_heads.box_predictor.bbox_pred"],
            detector.Plan.FloatLayers.Select(kept => kept.Layer.Name));
    }

    [Theory, MemberData(nameof(Detectors))]
    public void The_proposal_heads_answers_stay_near_those_of_float32(string architecture, bool paper, bool classAgnostic)
    {
        using var scope = NewDisposeScope();
        var detector = detectors.Of(architecture, paper, classAgnostic);
        var expected = HeadAnswers(detector.Float);
        var actual = HeadAnswers(detector.Int8);

        string[] layers = ["rpn.head.cls_logits", "rpn.head.bbox_pred"];
        Assert.All(layers, layer =>
        {
            var error = (actual[layer] - expected[layer]).norm() / expected[layer].norm();
            Assert.InRange(error.item<float>(), 1e-4f, 0.1f);
        });
    }

    [Theory, MemberData(nameof(Detectors))]
    public void The_quantized_graph_is_sound(string architecture, bool paper, bool classAgnostic) =>
        Assert.Empty(GraphChecker.Check(detectors.Of(architecture, paper, classAgnostic).Int8.ToModel()).Defects);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>What the last layers of the proposal head say of a picture that the calibration did not see, on all five maps.</summary>
    private static Dictionary<string, Tensor> HeadAnswers(OnnxGraph graph)
    {
        using var evaluator = new GraphEvaluator(graph, DetectorOperators.All);
        var answers = new List<(string Layer, Tensor Values)>();
        evaluator.Run(QuantizedDetector.Sample("d").Inputs(), (node, _, results) =>
        {
            if (node.OpType == "Conv" && node.Name.StartsWith("rpn.head.", StringComparison.Ordinal))
            {
                var layer = node.Name.TrimEnd("_2345".ToCharArray());
                answers.Add((layer, results[0].flatten().clone().DetachFromDisposeScope()));
            }
        });
        return answers.GroupBy(answer => answer.Layer)
            .ToDictionary(layer => layer.Key, layer => cat([.. layer.Select(answer => answer.Values)]));
    }
}
