using Microsoft.ML.OnnxRuntime;
using Pipeline.Training.Detection;
using Pipeline.Training.Onnx;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Onnx;

public sealed class ResizeParityTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("resize").FullName;

    [Theory]
    [InlineData(375, 1242, 800, 1333)]
    [InlineData(370, 1224, 480, 1333)]
    [InlineData(1080, 607, 800, 1333)]
    [InlineData(97, 53, 160, 200)]
    [InlineData(600, 600, 96, 200)]
    [InlineData(900, 1, 96, 200)]
    [InlineData(1, 16384, 96, 200)]
    public void The_antialiased_resize_of_the_graph_gives_Pillows_bytes_and_sizes(int height, int width, int minSize, int maxSize)
    {
        using var scope = NewDisposeScope();
        var options = new DetectorOptions
        {
            Resize = ImageResize.AntialiasedBytes,
            MinSizePixels = minSize,
            MaxSizePixels = maxSize,
            ImageMean = [0, 0, 0],
            ImageStd = [1 / 255.0, 1 / 255.0, 1 / 255.0],
        };
        var graph = new OnnxGraph();
        var batch = new DetectionTransform(options).Emit(graph, graph.Input("images", OnnxType.UInt8, "N", "H", "W", 3));
        graph.Output("pixels", batch.Pixels, "N", 3, "h", "w");
        var path = Path.Combine(folder, "resize.onnx");
        graph.Save(path);
        using var session = new InferenceSession(path);
        var picture = FormulaPicture.Rgb("a", height, width);
        using var input = OrtValue.CreateTensorValueFromMemory(picture, [1, height, width, 3]);
        using var run = new RunOptions();
        using var outputs = session.Run(run, ["images"], [input], ["pixels"]);

        var pixels = tensor(picture, dtype: uint8).reshape(height, width, 3).permute(2, 0, 1);
        var expected = new DetectionTransform(options).Apply([pixels]).Batch;
        Assert.Equal(expected.shape, outputs[0].GetTensorTypeAndShape().Shape);
        var found = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        var reference = expected.contiguous().data<float>().ToArray();
        Assert.All(found.Zip(reference), pair => Assert.Equal(pair.Second, pair.First, 1e-3));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
