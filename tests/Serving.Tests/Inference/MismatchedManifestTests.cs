using Pipeline.Serving.Inference;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Onnx;

namespace Pipeline.Serving.Tests.Inference;

/// <summary>A model beside a manifest that was written for another model.</summary>
public sealed class MismatchedManifestTests : IDisposable
{
    private const int Rows = 6;
    private readonly string root = Directory.CreateTempSubdirectory("unfitting").FullName;

    [Theory]
    [InlineData(2, 1, "returned label 2, but its manifest has 2 labels")]
    [InlineData(-1, 1, "returned label -1, but its manifest has 2 labels")]
    [InlineData(4_294_967_296, 1, "returned label 4294967296, but its manifest has 2 labels")]
    [InlineData(0, 7, "reported 7 detections but returned 6")]
    [InlineData(0, -1, "reported -1 detections but returned 6")]
    public void S5_outputs_that_the_manifest_does_not_allow_are_explained_in_plain_words(long label, long detections, string reason)
    {
        using var model = DetectorModel.Load(Publish(label, detections));
        using var image = RgbImage.Allocate(2, 4);

        var failure = Assert.Throws<InferenceException>(() => model.Detect([image]));

        Assert.StartsWith("model other version 1 ", failure.Message);
        Assert.Contains(reason, failure.Message);
        Assert.EndsWith("model.onnx and manifest.json do not belong together. Export the model again.", failure.Message);
    }

    [Fact]
    public void S5_outputs_of_inconsistent_lengths_are_explained_too()
    {
        using var model = DetectorModel.Load(Publish(label: 0, detections: 1));
        using var first = RgbImage.Allocate(2, 2);
        using var second = RgbImage.Allocate(2, 2);

        var failure = Assert.Throws<InferenceException>(() => model.Detect([first, second]));

        Assert.Contains("returned outputs whose lengths do not match", failure.Message);
    }

    [Fact]
    public void The_last_label_of_the_manifest_is_accepted()
    {
        using var model = DetectorModel.Load(Publish(label: 1, detections: Rows));
        using var image = RgbImage.Allocate(2, 4);

        Assert.All(model.Detect([image])[0], found => Assert.Equal(1, found.Label));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    /// <summary>A model that accepts images of 8 pixels in all and returns the same detections for each.</summary>
    private string Publish(long label, long detections) => ModelDirectory.Publish(root, "other", version: null, (folder, version) =>
    {
        var graph = new OnnxGraph();
        var images = graph.Input("images", OnnxType.UInt8, "N", "H", "W", 3);
        var pixels = graph.Cast(graph.Op("Reshape", [images, graph.Vector(1, Rows, 4)]), OnnxType.Float);
        var boxes = graph.Mul(pixels, graph.Scalar(0));
        var scores = graph.Op("ReduceSum", [boxes, graph.Vector(2)], ("keepdims", 0L));
        var zeros = graph.Cast(scores, OnnxType.Int64);
        var zero = graph.Op("ReduceSum", [zeros, graph.Vector(1)], ("keepdims", 0L));
        graph.Output("boxes", boxes, 1, Rows, 4);
        graph.Output("scores", scores, 1, Rows);
        graph.Output("labels", graph.Op("Add", [zeros, graph.Vector(label)]), 1, Rows);
        graph.Output("num_detections", graph.Op("Add", [zero, graph.Vector(detections)]), 1);
        var file = Path.Combine(folder, ModelDirectory.ModelFileName);
        graph.Save(file);
        return new ModelManifest
        {
            ContractVersion = ModelManifest.CurrentContractVersion,
            Name = "other",
            Version = version,
            Labels = ["Car", "Truck"],
            MaxInputSidePixels = 4096,
            ScoreThreshold = 0.05,
            MaxDetections = Rows,
            Precision = "fp32",
            Opset = OnnxGraph.Opset,
            Files = new Dictionary<string, FileDigest> { [ModelDirectory.ModelFileName] = ModelDirectory.Digest(file) },
            Created = DateTimeOffset.UnixEpoch,
            Tool = "a test",
        };
    });
}
