using Pipeline.Training.Detection.Export;
using Pipeline.Training.Onnx;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>
/// Normalizes, resizes by the shorter and the longer side, and pads a batch to a multiple of 32
/// (torchvision's <c>GeneralizedRCNNTransform</c>).
/// </summary>
internal sealed class DetectionTransform : IOnnxEmitter<OnnxValue, OnnxBatch>
{
    /// <summary>Sides of a batch are multiples of this, in pixels.</summary>
    public const int SizeDivisiblePixels = 32;

    private readonly DetectorOptions options;

    public DetectionTransform(DetectorOptions options)
    {
        this.options = options;
        Resize = options.Resize == ImageResize.AntialiasedBytes ? new AntialiasedResize(options) : new BilinearResize(options);
    }

    /// <summary>The options' recipe.</summary>
    public IImageResize Resize { get; }

    /// <summary>Size of a batch that holds all images.</summary>
    public static (int Height, int Width) PaddedSize(IReadOnlyList<(int Height, int Width)> images) =>
        (RoundUp(images.Max(size => size.Height)), RoundUp(images.Max(size => size.Width)));

    /// <param name="images">uint8 [3, H, W] each, or float32 from 0 to 1, on the detector's device.</param>
    /// <param name="minSizesPixels">The shorter side for each image; null: that of the options.</param>
    /// <returns>The batch [N, 3, H', W'], zero where padded, and the sizes of the images in it.</returns>
    public (Tensor Batch, IReadOnlyList<(int Height, int Width)> Sizes) Apply(
        IReadOnlyList<Tensor> images,
        IReadOnlyList<int>? minSizesPixels = null)
    {
        var resized = new List<Tensor>();
        var sizes = new List<(int Height, int Width)>();
        for (var i = 0; i < images.Count; i++)
        {
            var image = options.SwapRedAndBlue ? images[i].flip(0) : images[i];
            var given = ((int)image.shape[1], (int)image.shape[2]);
            var size = Resize.Size(given, minSizesPixels?[i] ?? options.MinSizePixels);
            sizes.Add(size);
            resized.Add(Resize.Apply(image, size));
        }

        var padded = PaddedSize(sizes);
        var batch = zeros(images.Count, 3, padded.Height, padded.Width, device: images[0].device);
        for (var i = 0; i < resized.Count; i++)
        {
            batch[i, .., ..sizes[i].Height, ..sizes[i].Width].copy_(resized[i][0]);
        }

        return (batch, sizes);
    }

    /// <param name="graph">The graph that the nodes are added to.</param>
    /// <param name="input">uint8 [N, H, W, 3], all images of one size.</param>
    public OnnxBatch Emit(OnnxGraph graph, OnnxValue input)
    {
        var count = graph.Dimension(input, 0);
        var size = new OnnxSize(graph.Dimension(input, 1), graph.Dimension(input, 2));
        var channels = options.SwapRedAndBlue ? graph.Gather(input, graph.Vector(2, 1, 0), axis: 3) : input;
        var planes = graph.Transpose(channels, 0, 3, 1, 2);
        var resized = Resize.Emit(graph, new OnnxImages(planes, count, size));
        var padded = new OnnxSize(EmitRoundUp(graph, resized.Size.Height), EmitRoundUp(graph, resized.Size.Width));
        var below = graph.Sub(padded.Height, resized.Size.Height);
        var right = graph.Sub(padded.Width, resized.Size.Width);
        var pixels = graph.Op("Pad", [resized.Planes, graph.Concat(0, graph.Vector(0, 0, 0, 0, 0, 0), below, right)]);
        return new OnnxBatch(pixels, count, size, resized.Size, padded);
    }

    private static int RoundUp(int pixels) => (pixels + SizeDivisiblePixels - 1) / SizeDivisiblePixels * SizeDivisiblePixels;

    /// <summary>See <see cref="RoundUp"/>.</summary>
    private static OnnxValue EmitRoundUp(OnnxGraph graph, OnnxValue side)
    {
        var divisor = graph.Vector(SizeDivisiblePixels);
        var raised = graph.Add(side, graph.Vector(SizeDivisiblePixels - 1));
        return graph.Mul(graph.Div(raised, divisor), divisor);
    }
}
