using Pipeline.Golden;
using Pipeline.Training.Detection;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection;

public sealed class AnchorGoldenTests
{
    [Theory(SkipTestWithoutData = true), GoldenData("anchors", "anchors")]
    public void Anchors_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        var parameters = golden.Params;
        int[][] sizes = [
            .. parameters.GetProperty("sizes")
                .EnumerateArray()
                .Select(level => level.EnumerateArray().Select(size => size.GetInt32()).ToArray())];
        var generator = new AnchorGenerator(sizes, parameters.GetProperty("aspect_ratios").Doubles());
        var image = GoldenTensors.Size(parameters.GetProperty("image_h_w"));
        (int Height, int Width)[] features = [.. parameters.GetProperty("feature_h_w").EnumerateArray().Select(GoldenTensors.Size)];

        var levels = generator.Anchors(image, features, CPU);

        for (var level = 0; level < levels.Length; level++)
        {
            golden.Equal(
                tensor(generator.CellAnchors(level)).view(-1, 4), golden.Expected.GetProperty("cell_anchors")[level], "cell_anchors");
            Assert.Equal(golden.Expected.GetProperty("count_per_level")[level].GetInt64(), levels[level].shape[0]);
            Assert.Equal(
                GoldenTensors.Size(golden.Expected.GetProperty("stride_per_level")[level]), AnchorGenerator.Stride(image, features[level]));
        }

        foreach (var entry in golden.Expected.EnumerateObject().Where(entry => entry.Name.StartsWith("level", StringComparison.Ordinal)))
        {
            var level = levels[entry.Name[5] - '0'];
            var part = entry.Name[7..];
            golden.Equal(part switch { "first8" => level[..8], "last4" => level[^4..], _ => level[long.Parse(part[3..])] }, entry.Name);
        }

        golden.Equal(cat(levels), "all");
    }
}
