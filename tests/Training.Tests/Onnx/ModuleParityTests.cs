using Microsoft.ML.OnnxRuntime;
using Pipeline.Training.Backbones;
using Pipeline.Training.Detection;
using Pipeline.Training.Onnx;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Onnx;

/// <summary>Each module alone: what it emits gives what its forward gives, for random inputs.</summary>
public sealed class ModuleParityTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("onnx").FullName;

    [Theory]
    [InlineData("resnet18", BatchNormMode.Train)]
    [InlineData("resnet34", BatchNormMode.Eval)]
    [InlineData("resnet50", BatchNormMode.Frozen)]
    [InlineData("resnet50", BatchNormMode.Train)]
    public void Backbone(string architecture, BatchNormMode norm)
    {
        using var scope = NewDisposeScope();
        using var backbone = new ResNet(new ResNetOptions { Architecture = architecture, WidthMultiplier = 0.25, BatchNorm = norm });
        RandomStatistics(backbone);
        Equal([backbone], [randn(2, 3, 64, 96)], inputs => backbone.call(inputs[0]), (graph, inputs) => backbone.Emit(graph, inputs[0]));
    }

    [Fact]
    public void Pyramid()
    {
        using var scope = NewDisposeScope();
        using var pyramid = new FeaturePyramidNetwork([8, 16, 24, 32], 12);
        Equal([pyramid], [randn(2, 8, 40, 56), randn(2, 16, 20, 28), randn(2, 24, 10, 14), randn(2, 32, 5, 7)], inputs => pyramid.call(inputs), pyramid.Emit);
    }

    [Fact]
    public void Rpn_head()
    {
        using var scope = NewDisposeScope();
        using var head = new RpnHead(16, 3);
        Equal([head], [randn(2, 16, 9, 13)], inputs => Pair(head.call(inputs[0])), (graph, inputs) => Pair(head.Emit(graph, inputs[0])));
    }

    [Fact]
    public void Box_head_and_predictor()
    {
        using var scope = NewDisposeScope();
        using var head = new TwoMLPHead(8 * 49, 32);
        using var predictor = new FastRcnnPredictor(32, 5);
        Equal([head, predictor], [randn(6, 8, 7, 7)], inputs => Pair(predictor.call(head.call(inputs[0]))), (graph, inputs) => Pair(predictor.Emit(graph, head.Emit(graph, inputs[0]))));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static T[] Pair<T>((T First, T Second) pair) => [pair.First, pair.Second];

    private static void RandomStatistics(nn.Module module)
    {
        using var _ = no_grad();
        foreach (var (name, buffer) in module.named_buffers())
        {
            if (name.EndsWith("running_var", StringComparison.Ordinal))
            {
                buffer.uniform_(0.5, 1.5);
            }
            else if (name.EndsWith("running_mean", StringComparison.Ordinal))
            {
                buffer.uniform_(-0.2, 0.2);
            }
        }
    }

    private void Equal(nn.Module[] modules, Tensor[] inputs, Func<Tensor[], IReadOnlyList<Tensor>> forward, Func<OnnxGraph, OnnxValue[], OnnxValue[]> emit)
    {
        foreach (var module in modules)
        {
            module.eval();
        }

        using var _ = no_grad();
        var expected = forward(inputs);
        var graph = new OnnxGraph();
        var emitted = emit(graph, [.. inputs.Select((input, i) => graph.Input($"in{i}", OnnxType.Float, Shape(input)))]);
        Assert.Equal(expected.Count, emitted.Length);
        for (var i = 0; i < emitted.Length; i++)
        {
            graph.Output($"out{i}", emitted[i], OnnxType.Float, Shape(expected[i]));
        }

        var path = Path.Combine(folder, "module.onnx");
        graph.Save(path);
        using var session = new InferenceSession(path);
        using var options = new RunOptions();
        OrtValue[] given = [.. inputs.Select(input => OrtValue.CreateTensorValueFromMemory(Numbers(input), input.shape))];
        using var results = session.Run(options, session.InputNames, given, session.OutputNames);
        for (var i = 0; i < expected.Count; i++)
        {
            var (ours, reference) = (results[i].GetTensorDataAsSpan<float>().ToArray(), Numbers(expected[i]));
            Assert.Equal(expected[i].shape, results[i].GetTensorTypeAndShape().Shape);
            var bound = 1e-4 * reference.Max(Math.Abs);
            Assert.All(ours.Zip(reference), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= bound, $"output {i}: {pair.First}, expected {pair.Second}"));
        }

        foreach (var value in given)
        {
            value.Dispose();
        }
    }

    private static object[] Shape(Tensor tensor) => [.. tensor.shape.Cast<object>()];

    private static float[] Numbers(Tensor tensor) => tensor.contiguous().data<float>().ToArray();
}
