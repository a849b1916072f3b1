using Pipeline.Training.Modules;
using Pipeline.Training.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Backbones;

/// <summary>Two 3×3 convolutions and a shortcut (ResNet-18 and -34).</summary>
internal sealed class BasicBlock : NamedModule<Tensor, Tensor>, IOnnxEmitter<OnnxValue, OnnxValue>
{
    private readonly ConvNorm first, second;
    private readonly Shortcut shortcut;

    public BasicBlock(ResNetOptions options, int inChannels, int width, int stride)
        : base(nameof(BasicBlock))
    {
        first = new ConvNorm(nn.Conv2d(inChannels, width, 3, stride, 1, bias: false), ResNet.Norm(options, width));
        second = new ConvNorm(nn.Conv2d(width, width, 3, 1, 1, bias: false), ResNet.Norm(options, width));
        shortcut = new Shortcut(options, inChannels, width, stride);
        register_module("conv1", first.Convolution);
        register_module("bn1", first.Norm);
        register_module("conv2", second.Convolution);
        register_module("bn2", second.Norm);
        if (shortcut.Downsample is { } downsample)
        {
            register_module("downsample", downsample);
        }
    }

    /// <param name="input">[N, C, H, W]</param>
    /// <returns>[N, width, H/stride, W/stride]</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();   // what autograd does not need is freed here and not at the step's end
        var hidden = first.Apply(input).relu_();
        hidden = second.Apply(hidden);
        return hidden.add_(shortcut.Apply(input)).relu_().MoveToOuterDisposeScope();
    }

    public OnnxValue Emit(OnnxGraph graph, OnnxValue input)
    {
        var hidden = graph.Relu(first.Emit(graph, input));
        hidden = second.Emit(graph, hidden);
        return graph.Relu(graph.Add(hidden, shortcut.Emit(graph, input)));
    }
}

/// <summary>1×1, 3×3 (with the stride, "v1.5") and 1×1 convolutions and a shortcut (ResNet-50).</summary>
internal sealed class Bottleneck : NamedModule<Tensor, Tensor>, IOnnxEmitter<OnnxValue, OnnxValue>
{
    private readonly ConvNorm first, second, third;
    private readonly Shortcut shortcut;

    public Bottleneck(ResNetOptions options, int inChannels, int width, int stride)
        : base(nameof(Bottleneck))
    {
        first = new ConvNorm(nn.Conv2d(inChannels, width, 1, bias: false), ResNet.Norm(options, width));
        second = new ConvNorm(nn.Conv2d(width, width, 3, stride, 1, bias: false), ResNet.Norm(options, width));
        third = new ConvNorm(nn.Conv2d(width, 4 * width, 1, bias: false), ResNet.Norm(options, 4 * width));
        shortcut = new Shortcut(options, inChannels, 4 * width, stride);
        register_module("conv1", first.Convolution);
        register_module("bn1", first.Norm);
        register_module("conv2", second.Convolution);
        register_module("bn2", second.Norm);
        register_module("conv3", third.Convolution);
        register_module("bn3", third.Norm);
        if (shortcut.Downsample is { } downsample)
        {
            register_module("downsample", downsample);
        }
    }

    /// <param name="input">[N, C, H, W]</param>
    /// <returns>[N, 4·width, H/stride, W/stride]</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();   // what autograd does not need is freed here and not at the step's end
        var hidden = first.Apply(input).relu_();
        hidden = second.Apply(hidden).relu_();
        hidden = third.Apply(hidden);
        return hidden.add_(shortcut.Apply(input)).relu_().MoveToOuterDisposeScope();
    }

    public OnnxValue Emit(OnnxGraph graph, OnnxValue input)
    {
        var hidden = graph.Relu(first.Emit(graph, input));
        hidden = graph.Relu(second.Emit(graph, hidden));
        hidden = third.Emit(graph, hidden);
        return graph.Relu(graph.Add(hidden, shortcut.Emit(graph, input)));
    }
}

/// <summary>What a block adds to its result: its input, or that through a 1×1 convolution and a norm where the shape changes.</summary>
internal sealed class Shortcut : IOnnxEmitter<OnnxValue, OnnxValue>
{
    private readonly ConvNorm? projection;

    public Shortcut(ResNetOptions options, int inChannels, int outChannels, int stride)
    {
        if (stride == 1 && inChannels == outChannels)
        {
            return;
        }

        projection = new ConvNorm(nn.Conv2d(inChannels, outChannels, 1, stride, bias: false), ResNet.Norm(options, outChannels));
        Downsample = nn.Sequential(("0", projection.Convolution), ("1", projection.Norm));
    }

    /// <summary>Convolution and norm as torchvision registers them; null where the input is added as it is.</summary>
    public Sequential? Downsample { get; }

    /// <param name="input">[N, C, H, W]</param>
    /// <returns>[N, outChannels, H/stride, W/stride]</returns>
    public Tensor Apply(Tensor input) => projection is null ? input : projection.Apply(input);

    public OnnxValue Emit(OnnxGraph graph, OnnxValue input) => projection is null ? input : projection.Emit(graph, input);
}
