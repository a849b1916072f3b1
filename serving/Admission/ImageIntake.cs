using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Admission;

/// <summary>Decodes images, as many at a time as there are cores, after their memory was reserved.</summary>
internal sealed class ImageIntake : IDisposable
{
    private const int BytesPerPixelWhileDecoding = 7;   // 4 of the codec's bitmap, 3 of the image
    private const int BytesPerPixel = 3;
    private readonly SemaphoreSlim cores = new(Environment.ProcessorCount);

    /// <summary>Decodes an image.</summary>
    /// <param name="encoded">The encoded image.</param>
    /// <param name="name">Named in error messages.</param>
    /// <param name="limits">What an image may be.</param>
    /// <param name="ticket">The place of the request.</param>
    /// <param name="aborted">Is cancelled when nobody waits for the image any more.</param>
    /// <returns>The image; dispose it.</returns>
    /// <exception cref="ImageException">The bytes are not an image, are damaged, or exceed a limit.</exception>
    /// <exception cref="Faults.RefusedRequestException">There is not enough memory now.</exception>
    public async Task<RgbImage> DecodeAsync(
        ArraySegment<byte> encoded, string name, ImageLimits limits, AdmissionTicket ticket, CancellationToken aborted)
    {
        var size = ImageDecoder.CheckSize(encoded, name, limits);
        var pixels = (long)size.WidthPixels * size.HeightPixels;
        ticket.Reserve(pixels * BytesPerPixelWhileDecoding);
        await cores.WaitAsync(aborted);
        try
        {
            return ImageDecoder.Decode(encoded, name, limits);
        }
        finally
        {
            cores.Release();
            ticket.Release(pixels * (BytesPerPixelWhileDecoding - BytesPerPixel));
        }
    }

    /// <inheritdoc />
    public void Dispose() => cores.Dispose();
}
