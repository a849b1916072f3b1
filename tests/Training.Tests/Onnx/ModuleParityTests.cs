using System.Reflection;
using Microsoft.ML.OnnxRuntime;
using Pipeline.Training.Backbones;
using Pipeline.Training.Detection;
using Pipeline.Training.Modules;
using Pipeline.Training.Onnx;
using TorchSharp;
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
        Tensor[] maps = [randn(2, 8, 40, 56), randn(2, 16, 20, 28), randn(2, 24, 10, 14), randn(2, 32, 5, 7)];
        Equal([pyramid], maps, inputs => pyramid.call(inputs), pyramid.Emit);
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
        Equal(
            [head, predictor],
            [randn(6, 8, 7, 7)],
            inputs => Pair(predictor.call(head.call(inputs[0]))),
            (graph, inputs) => Pair(predictor.Emit(graph, head.Emit(graph, inputs[0]))));
    }

    [Theory]
    [InlineData(3, 1, 1, 1, 1)]
    [InlineData(3, 2, 0, 1, 1)]
    [InlineData(3, 1, 2, 2, 1)]
    [InlineData(5, 3, 4, 2, 4)]
    [InlineData(1, 2, 0, 1, 8)]
    public void A_convolution_of_any_geometry(int kernel, int stride, int padding, int dilation, int groups)
    {
        using var scope = NewDisposeScope();
        using var layer = nn.Conv2d(8, 16, kernel, stride, padding, dilation, groups: groups);
        Equal([layer], [randn(2, 8, 31, 22)], inputs => [layer.call(inputs[0])], (graph, inputs) => [graph.Conv(inputs[0], layer)]);
        Equal(
            [layer],
            [randn(2, 8, 31, 22)],
            inputs => [InputTyped.Convolve(layer, inputs[0])],
            (graph, inputs) => [graph.Conv(inputs[0], layer)]);
    }

    [Fact]
    public void A_convolution_that_pads_with_anything_but_zeros_is_refused()
    {
        using var layer = nn.Conv2d(8, 16, 3, padding: 1, padding_mode: PaddingModes.Reflect);
        var graph = new OnnxGraph();
        var input = graph.Input("in", OnnxType.Float, 1, 8, 16, 16);

        var refusal = Assert.Throws<NotSupportedException>(() => graph.Conv(input, layer));

        Assert.Contains("Reflect", refusal.Message);
    }

    [Theory]
    [InlineData(3, 2, 1, false)]
    [InlineData(2, 2, 0, true)]
    [InlineData(1, 2, 0, false)]
    public void A_max_pool_of_any_geometry(int kernel, int stride, int padding, bool ceiling)
    {
        using var scope = NewDisposeScope();
        using var layer = nn.MaxPool2d(kernel, stride, padding, ceil_mode: ceiling);
        Equal([layer], [randn(2, 8, 31, 22)], inputs => [layer.call(inputs[0])], (graph, inputs) => [graph.MaxPool(inputs[0], layer)]);
    }

    [Fact]
    public void Linear_layers_with_and_without_bias()
    {
        using var scope = NewDisposeScope();
        using var plain = nn.Linear(8, 6, hasBias: false);
        using var biased = nn.Linear(6, 5);
        Equal(
            [plain, biased],
            [randn(4, 8)],
            inputs => [biased.call(plain.call(inputs[0]))],
            (graph, inputs) => [graph.Linear(graph.Linear(inputs[0], plain), biased)]);
    }

    [Fact]
    public void Every_type_that_emits_implements_the_interface()
    {
        var emitters = typeof(OnnxGraph).Assembly.GetTypes()
            .Where(type => type.IsClass && type.GetMethods().Any(method => !method.IsStatic && IsEmission(method)))
            .ToArray();

        Assert.Contains(typeof(ResNet), emitters);
        Assert.Contains(typeof(RoIHeads), emitters);
        Assert.All(emitters, type => Assert.Contains(
            type.GetInterfaces(),
            contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IOnnxEmitter<,>)));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static bool IsEmission(MethodInfo method) =>
        method.Name == "Emit" && method.GetParameters() is [var graph, _] && graph.ParameterType == typeof(OnnxGraph);

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

    private void Equal(
        nn.Module[] modules,
        Tensor[] inputs,
        Func<Tensor[], IReadOnlyList<Tensor>> forward,
        Func<OnnxGraph, OnnxValue[], IReadOnlyList<OnnxValue>> emit)
    {
        foreach (var module in modules)
        {
            module.eval();
        }

        using var _ = no_grad();
        var expected = forward(inputs);
        var graph = new OnnxGraph();
        var emitted = emit(graph, [.. inputs.Select((input, i) => graph.Input($"in{i}", OnnxType.Float, Shape(input)))]);
        Assert.Equal(expected.Count, emitted.Count);
        for (var i = 0; i < emitted.Count; i++)
        {
            graph.Output($"out{i}", emitted[i], Shape(expected[i]));
        }

        var path = Path.Combine(folder, "module.onnx");
        graph.Save(path);
        using var session = new InferenceSession(path);
        using var options = new RunOptions();
        OrtValue[] given = [.. inputs.Select(input => OrtValue.CreateTensorValueFromMemory(Numbers(input), input.shape))];
        using var results = session.Run(options, session.InputNames, given, session.OutputNames);
        for (var i = 0; i < expected.Count; i++)
        {
            var ours = results[i].GetTensorDataAsSpan<float>().ToArray();
            var reference = Numbers(expected[i]);
            Assert.Equal(expected[i].shape, results[i].GetTensorTypeAndShape().Shape);
            var bound = 1e-4 * reference.Max(Math.Abs);
            Assert.All(
                ours.Zip(reference),
                pair => Assert.True(Math.Abs(pair.First - pair.Second) <= bound, $"output {i}: {pair.First}, expected {pair.Second}"));
        }

        foreach (var value in given)
        {
            value.Dispose();
        }
    }

    private static OnnxDimension[] Shape(Tensor tensor) => [.. tensor.shape.Select(size => (OnnxDimension)size)];

    private static float[] Numbers(Tensor tensor) => tensor.contiguous().data<float>().ToArray();
}
