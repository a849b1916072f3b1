using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Golden;
using Pipeline.Shared.Geometry;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Training;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection;

/// <summary>The resize of the preset <c>paper</c> beside detectron2 0.3 and Pillow.</summary>
public sealed class PaperResizeGoldenTests
{
    [Theory(SkipTestWithoutData = true), GoldenData("paper", "paper_transform")]
    public void Sizes_boxes_and_pixels_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        if (!golden.Expected.TryGetProperty("rows", out var rows))
        {
            Pixels(golden);
            return;
        }

        foreach (var row in rows.EnumerateArray())
        {
            int Number(string key) => row.GetProperty(key).GetInt32();
            var from = (Number("height"), Number("width"));
            var resize = new AntialiasedResize(new DetectorOptions { MaxSizePixels = Number("long") });
            var size = resize.Size(from, Number("short"));
            Assert.Equal((Number("new_height"), Number("new_width")), size);
            Assert.Equal(GoldenTensors.Size(row.GetProperty("padded")), DetectionTransform.PaddedSize([size]));
            var moved = resize.MoveBoxes(Rows(row.GetProperty("boxes")), from, size);
            Close("moved", moved);
            Close("moved_flipped", Mirrored(moved, size.Width));
            var back = resize.MoveBoxes(moved, size, from);
            Close("back", back.index_select(0, TensorBoxes.WithArea([back])[0]));

            void Close(string key, Tensor boxes) =>
                Assert.True(
                    boxes.allclose(Rows(row.GetProperty(key)), 1e-5, 1e-4),
                    $"{key} of {from}: {string.Join(" ", boxes.reshape(-1).data<float>().ToArray())}");
        }
    }

    private static Tensor Mirrored(Tensor boxes, int width)
    {
        var rows = boxes.HostFloats().Chunk(4).Select(row => new Box(row[0], row[1], row[2], row[3]));
        var mirrored = rows.Select(box => DetectionData.Mirror(box, width));
        return tensor(mirrored.SelectMany(box => new[] { box.X1, box.Y1, box.X2, box.Y2 }).ToArray()).view(-1, 4);
    }

    private static Tensor Rows(JsonElement rows) =>
        tensor(rows.EnumerateArray().SelectMany(row => row.Doubles()).Select(value => (float)value).ToArray()).view(-1, 4);

    private static void Pixels(GoldenCase golden)
    {
        var options = GoldenDetector.Paper.Detector with
        {
            MinSizePixels = golden.Params.GetProperty("short").GetInt32(),
            MaxSizePixels = golden.Params.GetProperty("long").GetInt32(),
        };
        Tensor[] images = [
            .. golden.Expected.GetProperty("order")
                .EnumerateArray()
                .Select(entry => golden.Tensor(golden.Inputs.GetProperty(entry.GetString()!)).to(uint8))];
        var (batch, sizes) = new DetectionTransform(options).Apply(images);
        Assert.Equal(golden.Expected.GetProperty("sizes").EnumerateArray().Select(GoldenTensors.Size), sizes);
        for (var i = 0; i < images.Length; i++)
        {
            var resized = AntialiasedResize.ResizeBytes(images[i], sizes[i]);
            golden.Equal(resized, $"resized_{i}");
            Assert.Equal(
                golden.Expected.GetProperty($"flipped_{i}_sha256").GetString(),
                Convert.ToHexStringLower(SHA256.HashData(resized.flip(2).contiguous().bytes)));
        }

        golden.Equal(batch, "batch");
        golden.Equal(new DetectionTransform(options with { SwapRedAndBlue = true }).Apply(images).Batch, "batch_as_authors_ran");
    }
}
