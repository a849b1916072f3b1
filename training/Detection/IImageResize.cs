using Pipeline.Training.Detection.Export;
using Pipeline.Training.Onnx;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>A recipe for the size that the network sees: what becomes of an image's pixels and boxes, in torch and in the graph.</summary>
internal interface IImageResize : IOnnxEmitter<OnnxImages, OnnxImages>
{
    /// <summary>Whether it works on 8-bit pixels, so that a loader may do it ahead of the network.</summary>
    bool ResizesBytes { get; }

    /// <summary>Whether boxes that are moved are cut to the image, so that some may lose their area.</summary>
    bool CutsBoxes { get; }

    /// <summary>Size of an image after resizing; at least one pixel a side.</summary>
    /// <param name="image">Its size.</param>
    /// <param name="minSizePixels">The shorter side to reach.</param>
    (int Height, int Width) Size((int Height, int Width) image, int minSizePixels);

    /// <summary>Boxes of an image of one size in pixels of another: to the resized image, and back.</summary>
    /// <param name="boxes">float32 [G, 4]</param>
    /// <param name="from">Size of the image that they lie in.</param>
    /// <param name="to">Size of the other.</param>
    /// <returns>float32 [G, 4]</returns>
    Tensor MoveBoxes(Tensor boxes, (int Height, int Width) from, (int Height, int Width) to);

    /// <param name="image">uint8 [3, H, W], or float32 from 0 to 1, on any device.</param>
    /// <param name="size">What <see cref="Size"/> gave.</param>
    /// <returns>float32 [1, 3, height, width], normalized, on the same device.</returns>
    Tensor Apply(Tensor image, (int Height, int Width) size);
}

/// <summary>Images of one size in the graph: uint8 from 0 to 255 before resizing, float32 and normalized after it.</summary>
/// <param name="Planes">[N, 3, H, W]</param>
/// <param name="Count">N, int64 [1].</param>
/// <param name="Size">H and W.</param>
internal sealed record OnnxImages(OnnxValue Planes, OnnxValue Count, OnnxSize Size);
