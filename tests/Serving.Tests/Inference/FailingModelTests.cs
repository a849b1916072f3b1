using Microsoft.ML.OnnxRuntime;
using Pipeline.Serving.Inference;
using Pipeline.Shared;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Onnx;

namespace Pipeline.Serving.Tests.Inference;

public sealed class FailingModelTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("failing").FullName;

    [Fact]
    public void I1_a_failure_in_the_runtime_is_one_line_with_the_model_and_the_size_of_the_image()
    {
        using var model = DetectorModel.Load(Publish());
        using var image = RgbImage.Allocate(1, 900);

        var failure = Assert.Throws<InferenceException>(() => model.Detect([image]));

        Assert.StartsWith("model old version 1 failed on an image of 1 x 900 pixels: ", failure.Message);
        Assert.Contains("Reshape", failure.Message);
        Assert.EndsWith(". Send another image, or export the model again.", failure.Message);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.DoesNotContain("onnxruntime", failure.Message);
        Assert.IsType<OnnxRuntimeException>(failure.InnerException);
        Assert.False(typeof(InferenceException).IsAssignableTo(typeof(UserErrorException)), "a service would blame its caller");
    }

    [Fact]
    public void A_model_keeps_working_after_a_failure()
    {
        using var model = DetectorModel.Load(Publish());
        using var bad = RgbImage.Allocate(1, 900);
        using var good = RgbImage.Allocate(2, 4);
        Assert.Throws<InferenceException>(() => model.Detect([bad]));

        Assert.Empty(model.Detect([good])[0]);
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    /// <summary>A model that accepts only images of 2 x 4 pixels, and finds nothing in them.</summary>
    private string Publish() => ModelDirectory.Publish(root, "old", version: null, (folder, version) =>
    {
        var graph = new OnnxGraph();
        var images = graph.Input("images", OnnxType.UInt8, "N", "H", "W", 3);
        var pixels = graph.Cast(graph.Op("Reshape", [images, graph.Vector(1, 6, 4)]), OnnxType.Float);
        var boxes = graph.Mul(pixels, graph.Scalar(0));
        var scores = graph.Op("ReduceSum", [boxes, graph.Vector(2)], ("keepdims", 0L));
        var labels = graph.Cast(scores, OnnxType.Int64);
        var count = graph.Op("ReduceSum", [labels, graph.Vector(1)], ("keepdims", 0L));
        graph.Output("boxes", boxes, 1, 6, 4);
        graph.Output("scores", scores, 1, 6);
        graph.Output("labels", labels, 1, 6);
        graph.Output("num_detections", count, 1);
        var file = Path.Combine(folder, ModelDirectory.ModelFileName);
        graph.Save(file);
        return new ModelManifest
        {
            ContractVersion = ModelManifest.CurrentContractVersion,
            Name = "old",
            Version = version,
            Labels = ["Car"],
            MaxInputSidePixels = 4096,
            ScoreThreshold = 0.05,
            MaxDetections = 6,
            Precision = "fp32",
            Opset = OnnxGraph.Opset,
            Files = new Dictionary<string, FileDigest> { [ModelDirectory.ModelFileName] = ModelDirectory.Digest(file) },
            Created = DateTimeOffset.UnixEpoch,
            Tool = "a test",
        };
    });
}
