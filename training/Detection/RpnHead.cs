using Pipeline.Training.Modules;
using Pipeline.Training.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>3×3 convolution shared by all levels, then objectness and box deltas per anchor (Ren et al. 2015, section 3.1).</summary>
internal sealed class RpnHead
    : NamedModule<Tensor, (Tensor Objectness, Tensor Deltas)>, IOnnxEmitter<OnnxValue, (OnnxValue Objectness, OnnxValue Deltas)>
{
    private readonly Conv2d conv, clsLogits, bboxPred;

    public RpnHead(int channels, int anchorsPerCell)
        : base(nameof(RpnHead))
    {
        conv = nn.Conv2d(channels, channels, 3, padding: 1);
        clsLogits = nn.Conv2d(channels, anchorsPerCell, 1);
        bboxPred = nn.Conv2d(channels, 4 * anchorsPerCell, 1);
        register_module("conv", nn.Sequential(("0", nn.Sequential(("0", conv)))));
        register_module("cls_logits", clsLogits);
        register_module("bbox_pred", bboxPred);
        foreach (var (name, parameter) in named_parameters())
        {
            _ = parameter.dim() == 4 ? nn.init.normal_(parameter, 0, 0.01) : nn.init.zeros_(parameter);
        }
    }

    /// <param name="feature">[N, C, H, W]; float32 or narrower, the convolutions' element type.</param>
    /// <returns>float32: objectness [N, A, H, W] (logits) and deltas [N, 4A, H, W]</returns>
    public override (Tensor Objectness, Tensor Deltas) forward(Tensor feature)
    {
        using var scope = NewDisposeScope();
        var hidden = InputTyped.Convolve(conv, feature).relu_();   // [N, C, H, W]
        var weight = cat([clsLogits.weight, bboxPred.weight]);
        var bias = cat([clsLogits.bias!, bboxPred.bias!]);
        var both = InputTyped.Convolve(clsLogits, hidden, weight, bias).to(float32);   // one pass over the maps, one gradient of their size
        var anchors = clsLogits.out_channels;
        return (both.narrow(1, 0, anchors).MoveToOuterDisposeScope(), both.narrow(1, anchors, 4 * anchors).MoveToOuterDisposeScope());
    }

    public (OnnxValue Objectness, OnnxValue Deltas) Emit(OnnxGraph graph, OnnxValue feature)
    {
        var hidden = graph.Relu(graph.Conv(feature, conv));
        return (graph.Conv(hidden, clsLogits), graph.Conv(hidden, bboxPred));
    }
}
