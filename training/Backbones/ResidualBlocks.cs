using Pipeline.Training.Modules;
using Pipeline.Training.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Backbones;

/// <summary>Two 3×3 convolutions and a shortcut (ResNet-18 and -34).</summary>
internal sealed class BasicBlock : NamedModule<Tensor, Tensor>
{
    private readonly int stride;
    private readonly nn.Module<Tensor, Tensor> conv1, bn1, conv2, bn2;
    private readonly Sequential? downsample;

    public BasicBlock(ResNetOptions options, int inChannels, int width, int stride)
        : base(nameof(BasicBlock))
    {
        this.stride = stride;
        conv1 = nn.Conv2d(inChannels, width, 3, stride, 1, bias: false);
        bn1 = ResNet.Norm(options, width);
        conv2 = nn.Conv2d(width, width, 3, 1, 1, bias: false);
        bn2 = ResNet.Norm(options, width);
        downsample = ResNet.Shortcut(options, inChannels, width, stride);
        register_module("conv1", conv1);
        register_module("bn1", bn1);
        register_module("conv2", conv2);
        register_module("bn2", bn2);
        if (downsample is not null)
        {
            register_module("downsample", downsample);
        }
    }

    /// <param name="input">[N, C, H, W]</param>
    /// <returns>[N, width, H/stride, W/stride]</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();   // what autograd does not need is freed here and not at the step's end
        var hidden = ConvNorm.Apply(conv1, bn1, input, stride, 1).relu_();
        hidden = ConvNorm.Apply(conv2, bn2, hidden, 1, 1);
        return hidden.add_(ResNet.Shortcut(downsample, input, stride)).relu_().MoveToOuterDisposeScope();
    }

    public OnnxValue Emit(OnnxGraph graph, OnnxValue input)
    {
        var hidden = graph.Relu(graph.Conv(input, conv1, stride, 1, bn1));
        hidden = graph.Conv(hidden, conv2, 1, 1, bn2);
        return graph.Relu(graph.Add(hidden, downsample is null ? input : graph.Conv(input, downsample[0], stride, 0, downsample[1])));
    }
}

/// <summary>1×1, 3×3 (with the stride, "v1.5") and 1×1 convolutions and a shortcut (ResNet-50).</summary>
internal sealed class Bottleneck : NamedModule<Tensor, Tensor>
{
    private readonly int stride;
    private readonly nn.Module<Tensor, Tensor> conv1, bn1, conv2, bn2, conv3, bn3;
    private readonly Sequential? downsample;

    public Bottleneck(ResNetOptions options, int inChannels, int width, int stride)
        : base(nameof(Bottleneck))
    {
        this.stride = stride;
        conv1 = nn.Conv2d(inChannels, width, 1, bias: false);
        bn1 = ResNet.Norm(options, width);
        conv2 = nn.Conv2d(width, width, 3, stride, 1, bias: false);
        bn2 = ResNet.Norm(options, width);
        conv3 = nn.Conv2d(width, 4 * width, 1, bias: false);
        bn3 = ResNet.Norm(options, 4 * width);
        downsample = ResNet.Shortcut(options, inChannels, 4 * width, stride);
        register_module("conv1", conv1);
        register_module("bn1", bn1);
        register_module("conv2", conv2);
        register_module("bn2", bn2);
        register_module("conv3", conv3);
        register_module("bn3", bn3);
        if (downsample is not null)
        {
            register_module("downsample", downsample);
        }
    }

    /// <param name="input">[N, C, H, W]</param>
    /// <returns>[N, 4·width, H/stride, W/stride]</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();   // what autograd does not need is freed here and not at the step's end
        var hidden = ConvNorm.Apply(conv1, bn1, input, 1, 0).relu_();
        hidden = ConvNorm.Apply(conv2, bn2, hidden, stride, 1).relu_();
        hidden = ConvNorm.Apply(conv3, bn3, hidden, 1, 0);
        return hidden.add_(ResNet.Shortcut(downsample, input, stride)).relu_().MoveToOuterDisposeScope();
    }

    public OnnxValue Emit(OnnxGraph graph, OnnxValue input)
    {
        var hidden = graph.Relu(graph.Conv(input, conv1, 1, 0, bn1));
        hidden = graph.Relu(graph.Conv(hidden, conv2, stride, 1, bn2));
        hidden = graph.Conv(hidden, conv3, 1, 0, bn3);
        return graph.Relu(graph.Add(hidden, downsample is null ? input : graph.Conv(input, downsample[0], stride, 0, downsample[1])));
    }
}
