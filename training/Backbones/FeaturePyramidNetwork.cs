using Pipeline.Training.Modules;
using Pipeline.Training.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Backbones;

/// <summary>
/// Top-down pathway with lateral connections (Lin et al. 2017) and a fifth, subsampled level; torchvision's parameter names.
/// </summary>
public sealed class FeaturePyramidNetwork
    : NamedModule<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>>, IOnnxEmitter<IReadOnlyList<OnnxValue>, IReadOnlyList<OnnxValue>>
{
    private readonly Conv2d[] inner, outer;
    private readonly MaxPool2d subsample = nn.MaxPool2d(1, 2);

    /// <param name="inChannels">Channels of the backbone's maps, finest first.</param>
    /// <param name="outChannels">Channels of every level.</param>
    public FeaturePyramidNetwork(IReadOnlyList<int> inChannels, int outChannels)
        : base(nameof(FeaturePyramidNetwork))
    {
        inner = [.. inChannels.Select(channels => nn.Conv2d(channels, outChannels, 1))];
        outer = [.. inChannels.Select(_ => nn.Conv2d(outChannels, outChannels, 3, padding: 1))];
        register_module("inner_blocks", Blocks(inner));
        register_module("layer_blocks", Blocks(outer));
        foreach (var (name, parameter) in named_parameters())
        {
            if (parameter.dim() == 4)
            {
                nn.init.kaiming_uniform_(parameter, 1);
            }
            else
            {
                nn.init.zeros_(parameter);
            }
        }
    }

    /// <param name="features">Maps of rising stride, [N, C_i, H_i, W_i]; float32 or narrower.</param>
    /// <returns>One [N, outChannels, H_i, W_i] a map, and a last one of twice the largest stride; in the features' element type.</returns>
    public override IReadOnlyList<Tensor> forward(IReadOnlyList<Tensor> features)
    {
        using var scope = NewDisposeScope();
        var count = features.Count;
        var results = new Tensor[count + 1];
        var top = InputTyped.Convolve(inner[^1], features[^1]);
        results[count - 1] = InputTyped.Convolve(outer[^1], top);
        for (var i = count - 2; i >= 0; i--)
        {
            var lateral = InputTyped.Convolve(inner[i], features[i]);
            using var upsampled = nn.functional.interpolate(top, [lateral.shape[2], lateral.shape[3]], mode: InterpolationMode.Nearest);
            top = lateral.add_(upsampled);
            results[i] = InputTyped.Convolve(outer[i], top);
        }

        results[count] = subsample.call(results[count - 1]);
        foreach (var result in results)
        {
            result.MoveToOuterDisposeScope();
        }

        return results;
    }

    /// <param name="graph">The graph that nodes and weights are added to.</param>
    /// <param name="features">Maps [N, C_i, H_i, W_i]; each has exactly twice the sides of the next, as those of a padded batch do.</param>
    public IReadOnlyList<OnnxValue> Emit(OnnxGraph graph, IReadOnlyList<OnnxValue> features)
    {
        var count = features.Count;
        var results = new OnnxValue[count + 1];
        var twice = graph.Constant([1f, 1, 2, 2], 4);
        var top = graph.Conv(features[^1], inner[^1]);
        results[count - 1] = graph.Conv(top, outer[^1]);
        for (var i = count - 2; i >= 0; i--)
        {
            var lateral = graph.Conv(features[i], inner[i]);
            var upsampled = graph.Op(
                "Resize",
                [top, OnnxValue.Omitted, twice],
                ("mode", "nearest"),
                ("coordinate_transformation_mode", "asymmetric"),
                ("nearest_mode", "floor"));
            top = graph.Add(lateral, upsampled);
            results[i] = graph.Conv(top, outer[i]);
        }

        results[count] = graph.MaxPool(results[count - 1], subsample);
        return results;
    }

    /// <summary>Each convolution in a sequence of its own, as torchvision names them.</summary>
    private static ModuleList<nn.Module<Tensor, Tensor>> Blocks(Conv2d[] convolutions) =>
        nn.ModuleList<nn.Module<Tensor, Tensor>>([.. convolutions.Select(convolution => nn.Sequential(("0", convolution)))]);
}
