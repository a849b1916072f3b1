using Pipeline.Golden;

namespace Pipeline.Training.Tests.Onnx;

/// <summary>An exported model in a runtime of another make gives what it gives here.</summary>
/// <param name="models">Exported once for all classes that run them.</param>
[Collection(EdgeCaseModels.Collection)]
public sealed class NodeRuntimeTests(EdgeCaseModels models) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("node").FullName;

    public static TheoryData<string, string> Cases => EdgeCaseModels.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Node_finds_what_is_found_here(string variant, string network)
    {
        const int Height = 75, Width = 110;
        byte[][] images = [.. new[] { "a", "b", "c" }.Select(name => models.Picture(name, Height, Width))];
        var pixels = Path.Combine(folder, "pixels");
        File.WriteAllBytes(pixels, [.. images.SelectMany(image => image)]);

        var there = NodeRuntime.Run(models.Model(network, variant), pixels, images.Length, Height, Width);

        var here = models.Session(network, variant).Run(images, Height, Width);
        Assert.Equal(here.MostDetections, there.MostDetections);
        for (var image = 0; image < images.Length; image++)
        {
            var found = here.Of(image);
            Assert.True(found.Count > 0, "the comparison must not be of nothing with nothing");
            DetectionMatch.Equal(
                $"image {image}", there.Of(image), found, boxes: new Tolerance(0.01), scores: new Tolerance(1e-5));
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
