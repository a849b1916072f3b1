using Pipeline.Shared;
using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Detection.Checkpoints;
using Pipeline.Training.Detection.Export;
using Pipeline.Training.Onnx;

namespace Pipeline.Training.Tests.Onnx;

public sealed class OnnxGraphTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("graph").FullName;

    [Fact]
    public void The_same_checkpoint_gives_the_same_bytes()
    {
        var checkpoint = Path.Combine(folder, "detector.safetensors");
        using (var detector = ExportedDetector.Create(ExportedDetector.Options("paper")))
        {
            string[] labels = [.. Enumerable.Range(1, detector.NumClasses - 1).Select(index => $"class{index}")];
            DetectorCheckpoint.Save(checkpoint, detector, labels);
        }

        Assert.Equal(Export(checkpoint, version: 1), Export(checkpoint, version: 2));
    }

    [Theory]
    [InlineData("resnet18")]
    [InlineData("resnet50")]
    public void Layers_have_the_names_of_their_weights_and_are_numbered_where_they_serve_several_maps(string architecture)
    {
        using var detector = ExportedDetector.Create(ExportedDetector.Options("torchvision", architecture));
        var weights = detector.named_parameters().Where(entry => entry.parameter.dim() > 1).Select(entry => entry.name).ToList();

        var names = DetectorExporter.Graph(detector).Nodes.Where(node => node.OpType is "Conv" or "Gemm").Select(node => node.Name).ToList();

        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.Equal(
            weights.Select(name => name[..name.LastIndexOf('.')]).Order(StringComparer.Ordinal),
            names.Where(name => name[^2] != '_').Order(StringComparer.Ordinal));
        Assert.Equal(
            ["rpn.head.bbox_pred_2", "rpn.head.bbox_pred_3", "rpn.head.bbox_pred_4", "rpn.head.bbox_pred_5"],
            names.Where(name => name.StartsWith("rpn.head.bbox_pred_", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_name_is_given_once()
    {
        var graph = new OnnxGraph();
        var input = graph.Input("images", OnnxType.UInt8, "N");

        Assert.Contains("images", Assert.Throws<ArgumentException>(() => graph.Output("images", input, "N")).Message);
    }

    [Fact]
    public void An_attribute_of_a_type_that_cannot_be_written_is_refused_by_name()
    {
        var graph = new OnnxGraph();
        var input = graph.Input("x", OnnxType.Float, 1);

        var refusal = Assert.Throws<ArgumentException>(() => graph.Op("Softmax", [input], ("axis", DateTime.UnixEpoch)));

        Assert.Contains("attribute axis: a value of type DateTime cannot be written", refusal.Message);
    }

    [Fact]
    public void A_model_beyond_the_two_gibibytes_of_a_file_is_refused_and_nothing_is_written()
    {
        var graph = new OnnxGraph();
        var weights = new byte[64 << 20];
        for (var part = 0; part < 33; part++)
        {
            graph.Constant(OnnxType.Float, weights, [weights.Length / sizeof(float)]);
        }

        var path = Path.Combine(folder, "large.onnx");
        var refusal = Assert.Throws<UserErrorException>(() => graph.Save(path)).Message;

        Assert.Equal("the model takes 2.1 GiB, and one ONNX file holds at most 2 GiB; make the network narrower.", refusal);
        Assert.False(File.Exists(path));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private byte[] Export(string checkpoint, int version)
    {
        var loaded = DetectorCheckpoint.Load(checkpoint);
        using (loaded.Detector)
        {
            var exported = DetectorExporter.Export(loaded.Detector, new ExportOptions
            {
                RepositoryRoot = Path.Combine(folder, "models"),
                Name = "street",
                Version = version,
                Labels = loaded.Labels,
                CheckpointPath = checkpoint,
            });
            return File.ReadAllBytes(Path.Combine(exported, ModelDirectory.ModelFileName));
        }
    }
}
