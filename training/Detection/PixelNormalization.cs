using Pipeline.Training.Onnx;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>Pixels minus mean, divided by standard deviation, channel by channel.</summary>
/// <param name="mean">Of each channel of an image in 0..1.</param>
/// <param name="std">Of each channel of an image in 0..1.</param>
internal sealed class PixelNormalization(IReadOnlyList<double> mean, IReadOnlyList<double> std) : IOnnxEmitter<OnnxValue, OnnxValue>
{
    private const float MaxByte = 255;

    /// <param name="planes">float32 [..., 3, H, W] from 0 to 1.</param>
    public Tensor OfUnit(Tensor planes) => (planes - Channels(mean, planes.device)) / Channels(std, planes.device);

    /// <param name="planes">float32 [..., 3, H, W] from 0 to 255.</param>
    public Tensor OfBytes(Tensor planes) =>
        (planes - Channels(mean, planes.device) * MaxByte) / (Channels(std, planes.device) * MaxByte);

    /// <param name="graph">The graph that the nodes are added to.</param>
    /// <param name="planes">[N, 3, H, W] from 0 to 255, of any type.</param>
    /// <returns>float32 [N, 3, H, W]</returns>
    public OnnxValue Emit(OnnxGraph graph, OnnxValue planes)
    {
        var scale = graph.Constant([.. std.Select(deviation => (float)(1 / (MaxByte * deviation)))], 3, 1, 1);
        var shift = graph.Constant([.. mean.Zip(std, (center, deviation) => (float)(center / deviation))], 3, 1, 1);
        return graph.Sub(graph.Mul(graph.Cast(planes, OnnxType.Float), scale), shift);
    }

    /// <returns>float32 [3, 1, 1]</returns>
    private static Tensor Channels(IReadOnlyList<double> values, Device device) =>
        tensor(values.Select(value => (float)value).ToArray()).OnDevice(device).view(-1, 1, 1);
}
