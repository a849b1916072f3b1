using System.Buffers;
using Pipeline.Shared.Imaging;

namespace Pipeline.Training.Augmentation;

/// <summary>A view of an image with every draw made; the members are in the order in which they are applied.</summary>
/// <param name="SizePixels">Sides of the view.</param>
/// <param name="Crop">The part that is shown.</param>
/// <param name="Flip">Whether it is mirrored left to right.</param>
/// <param name="Jitter">Changes of colour, in their order.</param>
/// <param name="BlurSigma">In pixels; null without blur.</param>
/// <param name="RandAugment">Further operations, in their order.</param>
/// <param name="Grayscale">Whether the channels are made equal.</param>
internal sealed record View(
    int SizePixels,
    CropBox Crop,
    bool Flip,
    IReadOnlyList<ColorJitterStep> Jitter,
    double? BlurSigma,
    IReadOnlyList<RandAugmentStep> RandAugment,
    bool Grayscale)
{
    /// <param name="image">The image that the view was drawn for; HWC.</param>
    /// <param name="imageWidth">Columns of the image.</param>
    /// <param name="view">Receives 3 · size · size values; HWC.</param>
    public void Render(ReadOnlySpan<byte> image, int imageWidth, Span<byte> view)
    {
        ResizedCrop.Resize(image, imageWidth, Crop, view, SizePixels, SizePixels);
        if (Flip)
        {
            HorizontalFlip.Apply(view, SizePixels);
        }

        foreach (var step in Jitter)
        {
            ColorJitter.Apply(step, view);
        }

        if (BlurSigma is { } sigma)
        {
            GaussianBlur.Apply(view, SizePixels, SizePixels, sigma);
        }

        foreach (var step in RandAugment)
        {
            Augmentation.RandAugment.Apply(step, view, SizePixels, SizePixels);
        }

        if (Grayscale)
        {
            Augmentation.Grayscale.Apply(view);
        }
    }

    /// <param name="image">The image that the view was drawn for.</param>
    /// <param name="view">Receives 3 · size · size numbers, CHW, normalised.</param>
    public void Render(RgbImage image, Span<float> view)
    {
        var rented = ArrayPool<byte>.Shared.Rent(view.Length);
        try
        {
            var pixels = rented.AsSpan(0, view.Length);
            Render(image.Pixels, image.WidthPixels, pixels);
            Normalization.Apply(pixels, view);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
