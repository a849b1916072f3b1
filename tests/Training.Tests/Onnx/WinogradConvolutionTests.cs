using Microsoft.ML.OnnxRuntime;
using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Passes;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Onnx;

/// <summary>One convolution as Winograd's products beside the exact sum in float64.</summary>
public sealed class WinogradConvolutionTests : IDisposable
{
    /// <summary>
    /// Largest error of a result, as a part of the largest pixel times the sum of the weights' amounts. These inputs come to 4e-7, and a
    /// direct convolution of them to 1e-7.
    /// </summary>
    private const double ErrorBound = 1e-6;

    private const int Channels = 32;

    private readonly string folder = Directory.CreateTempSubdirectory("winograd").FullName;

    public static TheoryData<string> Inputs => ["random", "large", "tiny", "bright", "alternating", "single", "ramp", "zero"];

    [Theory, MemberData(nameof(Inputs))]
    public void Results_stay_within_the_error_bound_for_any_side(string kind)
    {
        using var scope = NewDisposeScope();
        using var layer = Layer(kind);
        using var session = Session(Convolution(layer, sidesMultipleOf: 1));

        for (var side = 1L; side <= 9; side++)
        {
            Within(session, layer, Map(kind, batch: 1 + side % 3, side, 10 - side));
            Within(session, layer, Map(kind, batch: 1, side, side + 4));
        }

        Within(session, layer, Map(kind, batch: 2, 31, 46));
    }

    [Fact]
    public void Sides_that_fill_their_tiles_need_no_cut()
    {
        using var scope = NewDisposeScope();
        using var layer = Layer("random");
        var graph = Convolution(layer, sidesMultipleOf: 4);
        using var session = Session(graph);

        Assert.DoesNotContain(graph.Nodes, node => node.OpType == "Slice");
        Within(session, layer, Map("random", batch: 3, 4, 20));
        Within(session, layer, Map("random", batch: 1, 16, 8));
    }

    [Fact]
    public void Whole_numbers_that_the_matrices_keep_whole_give_exactly_the_convolution()
    {
        using var scope = NewDisposeScope();
        using var layer = nn.Conv2d(Channels, Channels, 3, padding: 1);
        using (no_grad())
        {
            layer.weight.copy_(randint(-1, 2, layer.weight.shape) * 576 * (rand(layer.weight.shape) < 0.05));   // 24²: G's denominators
            layer.bias!.copy_(randint(-9, 9, layer.bias.shape));
        }

        using var session = Session(Convolution(layer, sidesMultipleOf: 1));
        var map = (rand(2, Channels, 13, 9) < 0.02).to(float32);

        Assert.Equal(Numbers(Exact(layer, map)), Run(session, map).Select(value => (double)value));
    }

    [Fact]
    public void A_convolution_without_bias_and_with_other_channels_after_it()
    {
        using var scope = NewDisposeScope();
        using var layer = nn.Conv2d(16, 48, 3, padding: 1, bias: false);
        using var session = Session(Convolution(layer, sidesMultipleOf: 1, channels: 16));

        Within(session, layer, rand(1, 16, 11, 14));
    }

    [Fact]
    public void Maps_that_share_a_weight_share_its_transform()
    {
        using var layer = Layer("random");
        var graph = new OnnxGraph();
        var first = graph.Conv(graph.Input("map", OnnxType.Float, "N", Channels, "H", "W"), layer);
        graph.Output("result", graph.Conv(first, layer), "N", Channels, "H", "W");
        new ShareInitializers().Apply(graph);

        Products(sidesMultipleOf: 1).Apply(graph);

        Assert.Single(graph.Nodes, node => node.OpType == "Split");
        Assert.Equal(2, graph.Nodes.Count(node => node.OpType == "DepthToSpace"));
        Assert.Empty(GraphChecker.Check(graph.ToModel()).Defects);
    }

    [Theory]
    [InlineData(3, 2, 1, 1, 1, 32)]
    [InlineData(3, 1, 0, 1, 1, 32)]
    [InlineData(3, 1, 2, 2, 1, 32)]
    [InlineData(3, 1, 1, 1, 2, 32)]
    [InlineData(5, 1, 2, 1, 1, 32)]
    [InlineData(1, 1, 0, 1, 1, 32)]
    [InlineData(3, 1, 1, 1, 1, 8)]
    [InlineData(3, 1, 1, 1, 1, 40)]
    public void Any_other_convolution_stays_as_it_is(int kernel, int stride, int padding, int dilation, int groups, int channels)
    {
        using var layer = nn.Conv2d(channels, channels, kernel, stride, padding, dilation, groups: groups);

        var graph = Convolution(layer, sidesMultipleOf: 1, channels);

        Assert.Equal(["Conv", "Identity"], graph.Nodes.Select(node => node.OpType));
    }

    [Fact]
    public void A_weight_that_is_computed_stays_with_its_convolution()
    {
        var graph = new OnnxGraph();
        var weight = graph.Relu(graph.Constant(new float[16 * 16 * 9], 16, 16, 3, 3));
        var given = graph.Input("map", OnnxType.Float, "N", 16, "H", "W");
        long[] ones = [1, 1];
        graph.Output("result", graph.Op(
            "Conv",
            [given, weight],
            ("kernel_shape", new long[] { 3, 3 }),
            ("strides", ones),
            ("pads", new long[] { 1, 1, 1, 1 }),
            ("dilations", ones),
            ("group", 1L)));

        Products(sidesMultipleOf: 1).Apply(graph);

        Assert.Contains(graph.Nodes, node => node.OpType == "Conv" && node.Input[1] == weight.Name);
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public void Maps_of_more_than_an_eighth_of_the_first_sides_become_products(int halvings, bool becomes)
    {
        using var halving = nn.Conv2d(16, 16, 3, stride: 2, padding: 1);
        using var layer = nn.Conv2d(16, 16, 3, padding: 1);
        var graph = new OnnxGraph();
        var map = graph.Input("map", OnnxType.Float, "N", 16, "H", "W");
        for (var i = 0; i < halvings; i++)
        {
            map = graph.Relu(graph.Conv(map, halving));
        }

        graph.Output("result", graph.Conv(map, layer), "N", 16, "H", "W");

        Products(sidesMultipleOf: 32).Apply(graph);

        Assert.Equal(becomes, graph.Nodes.Any(node => node.OpType == "DepthToSpace"));
        Assert.DoesNotContain(graph.Nodes, node => node.OpType == "Slice");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static WinogradConvolution Products(int sidesMultipleOf) => new(sidesMultipleOf, minChannels: 16);

    private static OnnxGraph Convolution(TorchSharp.Modules.Conv2d layer, int sidesMultipleOf, int channels = Channels)
    {
        var graph = new OnnxGraph();
        var result = graph.Conv(graph.Input("map", OnnxType.Float, "N", channels, "H", "W"), layer);
        graph.Output("result", result, "N", layer.out_channels, "H", "W");
        Products(sidesMultipleOf).Apply(graph);
        Assert.Empty(GraphChecker.Check(graph.ToModel()).Defects);
        return graph;
    }

    private static TorchSharp.Modules.Conv2d Layer(string kind)
    {
        manual_seed(3);
        var layer = nn.Conv2d(Channels, Channels, 3, padding: 1);
        using var _ = no_grad();
        if (kind == "alternating")
        {
            layer.weight.copy_(Checkers(layer.weight.shape));   // each sum is as large as its terms allow
        }
        else if (kind == "bright")
        {
            layer.weight.sub_(layer.weight.mean([1, 2, 3], keepdim: true));   // what all pixels share cancels out
        }

        return layer;
    }

    private static Tensor Map(string kind, long batch, long height, long width)
    {
        long[] shape = [batch, Channels, height, width];
        return kind switch
        {
            "large" => randn(shape) * 1e30,
            "tiny" => randn(shape) * 1e-20,
            "bright" => rand(shape) + 1000,
            "alternating" => Checkers(shape),
            "single" => (rand(shape) > 0.99).to(float32) * 255,
            "ramp" => arange(width).expand(shape).to(float32) - height * 10,
            "zero" => zeros(shape),
            _ => randn(shape),
        };
    }

    /// <summary>1 and −1 in turns along rows and columns.</summary>
    private static Tensor Checkers(long[] shape) =>
        (arange(shape[2]).view(-1, 1) + arange(shape[3])).remainder(2).mul(2).sub(1).to(float32).expand(shape).contiguous();

    private static void Within(InferenceSession session, TorchSharp.Modules.Conv2d layer, Tensor map)
    {
        var exact = Numbers(Exact(layer, map));
        var ours = Run(session, map);
        var magnitude = map.abs().max().item<float>() * layer.weight.abs().sum([1, 2, 3]).max().item<float>();
        var bias = layer.bias is null ? 0 : layer.bias.abs().max().item<float>();
        var bound = ErrorBound * (magnitude + bias);
        var worst = ours.Zip(exact).Max(pair => Math.Abs(pair.First - pair.Second));
        Assert.True(worst <= bound, $"{string.Join('x', map.shape)}: an error of {worst:G3}, and the bound is {bound:G3}");
    }

    private static Tensor Exact(TorchSharp.Modules.Conv2d layer, Tensor map)
    {
        using var _ = no_grad();
        return nn.functional.conv2d(map.to(float64), layer.weight.to(float64), layer.bias?.to(float64), padding: [1, 1]);
    }

    private static double[] Numbers(Tensor tensor) => tensor.contiguous().data<double>().ToArray();

    private static float[] Run(InferenceSession session, Tensor map)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(map.contiguous().data<float>().ToArray(), map.shape);
        using var options = new RunOptions();
        using var results = session.Run(options, ["map"], [input], ["result"]);
        Assert.Equal(map.shape[2..], results[0].GetTensorTypeAndShape().Shape[2..]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private InferenceSession Session(OnnxGraph graph)
    {
        var path = Path.Combine(folder, "graph.onnx");
        graph.Save(path);
        return new InferenceSession(path);
    }
}
