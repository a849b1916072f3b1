using Pipeline.Golden;
using Pipeline.Training.Detection;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection;

public sealed class TransformGoldenTests
{
    [Theory(SkipTestWithoutData = true), GoldenData("transform", "transform_sizes")]
    public void Sizes_and_boxes_there_and_back_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        foreach (var row in golden.Expected.GetProperty("rows").EnumerateArray())
        {
            var from = GoldenTensors.Size(row.GetProperty("in_h_w"));
            var resize = new BilinearResize(new DetectorOptions { MaxSizePixels = row.GetProperty("max_size").GetInt32() });
            var size = resize.Size(from, row.GetProperty("min_size").GetInt32());

            Assert.Equal(GoldenTensors.Size(row.GetProperty("out_h_w")), size);
            Assert.Equal(GoldenTensors.Size(row.GetProperty("padded_h_w")), DetectionTransform.PaddedSize([size]));
            var scaled = resize.MoveBoxes(golden.Tensor(row.GetProperty("boxes_in")), from, size);
            golden.Equal(scaled, row.GetProperty("boxes_scaled"), "boxes_scaled");
            golden.Equal(resize.MoveBoxes(scaled, size, from), row.GetProperty("boxes_back"), "boxes_back");
        }
    }

    [Theory(SkipTestWithoutData = true), GoldenData("transform", "transform_pixels")]
    public void Every_pixel_of_a_batch_equals_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        var transform = new DetectionTransform(new DetectorOptions
        {
            NumClasses = 2,
            MinSizePixels = golden.Params.GetProperty("min_size").GetInt32(),
            MaxSizePixels = golden.Params.GetProperty("max_size").GetInt32(),
            ImageMean = golden.Params.GetProperty("mean").Doubles(),
            ImageStd = golden.Params.GetProperty("std").Doubles(),
        });

        var (batch, sizes) = transform.Apply([.. golden.Inputs.EnumerateObject().Select(entry => golden.Tensor(entry.Value))]);

        Assert.Equal(golden.Expected.GetProperty("image_sizes").EnumerateArray().Select(GoldenTensors.Size), sizes);
        golden.Equal(batch, "batch");
    }

    [Theory]
    [InlineData(900, 1, 200, 1)]
    [InlineData(1, 900, 1, 200)]
    [InlineData(4096, 2, 200, 1)]
    [InlineData(1, 1, 96, 96)]
    [InlineData(16384, 1, 200, 1)]
    public void I1_a_side_that_would_vanish_keeps_one_pixel(int height, int width, int resizedHeight, int resizedWidth)
    {
        var options = new DetectorOptions { MinSizePixels = 96, MaxSizePixels = 200 };
        IImageResize[] recipes = [new BilinearResize(options), new AntialiasedResize(options)];

        Assert.All(recipes, resize => Assert.Equal((resizedHeight, resizedWidth), resize.Size((height, width), 96)));
    }
}
