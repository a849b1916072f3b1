using BenchmarkDotNet.Attributes;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Imaging.Drawing;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Augmentation;
using SkiaSharp;

namespace Pipeline.Benchmarks;

/// <summary>
/// A 1242 × 375 scene: decoded, resized as Pillow does it, made into a contrastive view, and painted with 30 detections.
/// </summary>
[MemoryDiagnoser]
public class ImageBenchmark
{
    private readonly ViewAugmentation views = new(new ViewOptions());
    private readonly float[] view = new float[3 * 224 * 224];
    private readonly Detection[] detections = [.. Enumerable.Range(0, 30).Select(DetectionAt)];
    private byte[] png = [], jpeg = [], resized = new byte[3 * 402 * 1333];
    private RgbImage image = null!;
    private ulong draw;

    [GlobalSetup]
    public void Setup()
    {
        image = StreetScenes.Draw(new StreetSceneOptions { WidthPixels = 1242, HeightPixels = 375 }, 1).Image;
        png = ImageEncoder.Png(image);
        using var bitmap = SKBitmap.Decode(png);
        using var encoded = bitmap.Encode(SKEncodedImageFormat.Jpeg, 85);
        jpeg = encoded.ToArray();
    }

    [Benchmark]
    public void DecodePngAndResize() => DecodeAndResize(png);

    [Benchmark]
    public void DecodeJpegAndResize() => DecodeAndResize(jpeg);

    [Benchmark]
    public void ContrastiveView() =>
        views.Draw(image.HeightPixels, image.WidthPixels, new Pipeline.Shared.RandomNumbers(1, "benchmark", draw++)).Render(image, view);

    [Benchmark]
    public void PaintDetections() => DetectionPainter.Paint(image, detections, StreetSceneOptions.Classes).Dispose();

    private void DecodeAndResize(byte[] encoded)
    {
        using var decoded = ImageDecoder.Decode(encoded, "benchmark");
        ResizedCrop.Resize(decoded.Pixels, decoded.WidthPixels, new CropBox(0, 0, 375, 1242), resized, 402, 1333);
    }

    private static Detection DetectionAt(int index)
    {
        var left = 97 * index % 1100;
        var top = 37 * index % 300;
        return new Detection(index % StreetSceneOptions.Classes.Count, (index + 1) / 31f, new Box(left, top, left + 100, top + 60));
    }
}
