using CsCheck;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Checkpoints.Import;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Modules;
using Pipeline.Training.Onnx;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Checkpoints.Import;

/// <summary>A residual network in an ONNX file is found by its wiring.</summary>
public sealed class OnnxImportTests : IDisposable
{
    private static readonly int[][] Blocks = [[2, 2, 2, 2], [1, 1, 1, 1], [2, 2, 2, 3], [1, 3, 1, 2]];
    private readonly string folder = Directory.CreateTempSubdirectory("onnx-import").FullName;

    [Fact]
    public void Every_weight_of_any_network_is_found_whatever_the_order_of_its_nodes()
    {
        var shapes =
            from blocks in Gen.OneOf([.. Blocks.Select(Gen.Const)])
            from architecture in Gen.OneOf(Gen.Const("resnet18"), Gen.Const("resnet50"))
            select new ResNetOptions
            {
                Architecture = architecture,
                Blocks = blocks,
                WidthMultiplier = 0.0625,
                BatchNorm = BatchNormMode.Train,
            };
        Gen.Select(shapes, Gen.Bool, Gen.Bool, Gen.Bool).Sample(
            (shape, projectionFirst, shortcutFirst, constantNodes) =>
            {
                using var scope = NewDisposeScope();
                using var backbone = Random(shape);
                var model = new OnnxNetwork(backbone)
                {
                    ProjectionFirst = projectionFirst,
                    ShortcutFirst = shortcutFirst,
                    ConstantNodes = constantNodes,
                }.Model();
                OnnxNetwork.Write(model, In("a.onnx"));

                var report = BackboneImport.Run(In("a.onnx"), In("out.safetensors"));

                var (imported, options) = BackboneCheckpoint.Load(In("out.safetensors"));
                using var owned = imported;
                Assert.Equal(shape.BlocksPerLayer, options.BlocksPerLayer);
                Assert.Equal(shape.IsBottleneck, options.IsBottleneck);
                RequireSame(StateDict.InOrder(backbone), imported);
                Assert.Equal(StateDict.WithoutCounters(StateDict.InOrder(backbone)).Count, report.Mapped.Count);
                Assert.Single(report.Ignored["Classifier"]);
                Assert.Empty(report.Unexpected);
            },
            iter: 12,
            threads: 1);
    }

    [Theory]
    [InlineData("resnet18")]
    [InlineData("resnet50")]
    public void A_network_whose_norms_were_folded_gives_the_same_features(string architecture)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using var backbone = Random(ForeignFile.Tiny with { Architecture = architecture, WidthMultiplier = 0.125 });
        backbone.eval();
        var graph = new OnnxGraph();
        var maps = backbone.Emit(graph, graph.Input("picture", OnnxType.Float, 1, 3, "height", "width"));
        graph.Output("features", maps[^1]);
        graph.Save(In("a.onnx"));

        BackboneImport.Run(In("a.onnx"), In("out.safetensors"));

        var (imported, _) = BackboneCheckpoint.Load(In("out.safetensors"));
        using var owned = imported;
        imported.eval();
        var picture = randn(1, 3, 64, 96);
        var expected = backbone.call(picture)[^1];
        var difference = (imported.call(picture)[^1] - expected).abs().max().item<float>();
        Assert.True(difference <= 1e-5 * expected.abs().max().item<float>(), $"{difference}");
    }

    [Fact]
    public void What_the_network_takes_as_an_image_is_folded_into_its_first_layers()
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using var backbone = Random(ForeignFile.Tiny);
        OnnxNetwork.Write(new OnnxNetwork(backbone).Model(), In("a.onnx"));
        var convention = new InputConvention(IsBgr: true, Mean: [120, 110, 100], Std: [50, 60, 70]);

        BackboneImport.Run(In("a.onnx"), In("out.safetensors"), input: convention);

        var (imported, _) = BackboneCheckpoint.Load(In("out.safetensors"));
        using var owned = imported;
        imported.eval();
        backbone.eval();
        // Without the border, where both networks' zeros mean different colors.
        var pixels = rand(1, 3, 256, 256) * 255;
        var theirs = ((pixels - Channels(convention.Mean)) / Channels(convention.Std)).flip(1);
        var ours = (pixels - Channels(InputConvention.Product.Mean)) / Channels(InputConvention.Product.Std);
        var inside = TensorIndex.Slice(16, 48);
        Tensor Inside(ResNet network, Tensor image) => network.call(image)[0].index(TensorIndex.Colon, TensorIndex.Colon, inside, inside);
        var expected = Inside(backbone, theirs);
        Assert.True((Inside(imported, ours) - expected).abs().max().item<float>() <= 1e-4 * expected.abs().max().item<float>());
    }

    [Fact]
    public void A_contrastive_training_can_begin_from_an_ONNX_file()
    {
        using var scope = NewDisposeScope();
        using var backbone = Random(ForeignFile.Tiny);
        OnnxNetwork.Write(new OnnxNetwork(backbone).Model(), In("a.onnx"));

        ContrastiveImport.Run(In("a.onnx"), In("out.safetensors"));

        using var content = SafetensorsFile.Read(In("out.safetensors"));
        Assert.Equal(2 * 120, content.Tensors.Count);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static ResNet Random(ResNetOptions shape)
    {
        using var gradients = no_grad();
        var backbone = new ResNet(shape);
        foreach (var (name, value) in StateDict.WithoutCounters(StateDict.InOrder(backbone)).Where(entry => entry.Value.dim() == 1))
        {
            value.copy_(rand(value.shape) + 0.5);
        }

        return backbone;
    }

    private static Tensor Channels(IReadOnlyList<double> values) => tensor(values.Select(value => (float)value).ToArray(), [1, 3, 1, 1]);

    private static void RequireSame(IEnumerable<KeyValuePair<string, Tensor>> expected, ResNet actual)
    {
        var found = StateDict.InOrder(actual).ToDictionary();
        foreach (var (name, value) in StateDict.WithoutCounters(expected))
        {
            Assert.True((found[name] - value).abs().max().item<float>() <= 1e-9, name);
        }
    }

    private string In(string name) => Path.Combine(folder, name);
}
