using Pipeline.Serving.Admission;
using Pipeline.Serving.Batching;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Models;
using Pipeline.Serving.Observability;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Protocols.OpenInference;

/// <summary>The images of a request: pixels, or files that are decoded when their turn comes.</summary>
internal interface IInputImages : IDisposable
{
    /// <summary>How many there are.</summary>
    int Count { get; }

    /// <summary>Gives one image away; each is taken at most once.</summary>
    /// <param name="index">Which image.</param>
    /// <param name="terms">On which terms it will wait for its execution.</param>
    /// <returns>The image; dispose it.</returns>
    /// <exception cref="RefusedRequestException">It cannot be decoded, exceeds a limit, or there is not enough memory now.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits for it any more.</exception>
    Task<RgbImage> TakeAsync(int index, RequestTerms terms);
}

/// <summary>Images that were sent as pixels.</summary>
internal sealed class PixelImages : IInputImages
{
    private const int BytesPerPixel = 3;
    private readonly RgbImage[] images;

    private PixelImages(RgbImage[] images) => this.images = images;

    /// <inheritdoc />
    public int Count => images.Length;

    /// <summary>Allocates the images, after there was room in the queue and their memory was reserved, and fills them.</summary>
    /// <param name="input">A UINT8 tensor [N, H, W, 3] whose shape was checked.</param>
    /// <param name="lease">The model.</param>
    /// <param name="ticket">The place of the request.</param>
    /// <param name="terms">On which terms the images will wait.</param>
    public static PixelImages Read(InputTensor input, ModelLease lease, AdmissionTicket ticket, RequestTerms terms)
    {
        var height = (int)input.Shape[1];
        var width = (int)input.Shape[2];
        var images = new RgbImage[(int)input.Shape[0]];
        lease.RequireRoom((width, height), terms);
        ticket.Reserve((long)images.Length * width * height * BytesPerPixel);
        for (var index = 0; index < images.Length; index++)
        {
            images[index] = RgbImage.Allocate(width, height);
        }

        var read = new PixelImages(images);
        try
        {
            input.Content.CopyTo(new PixelWriter(images));
            return read;
        }
        catch
        {
            read.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public Task<RgbImage> TakeAsync(int index, RequestTerms terms) => Task.FromResult(images[index]);

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var image in images)
        {
            image.Dispose();
        }
    }
}

/// <summary>Images that were sent as files; their sizes may differ.</summary>
/// <param name="input">A BYTES tensor [N] whose shape was checked.</param>
/// <param name="intake">Decodes them.</param>
/// <param name="lease">The model.</param>
/// <param name="ticket">The place of the request.</param>
/// <param name="observation">What is measured of the request.</param>
/// <param name="time">Measures how long the decoding takes.</param>
internal sealed class EncodedImages(
    InputTensor input,
    ImageIntake intake,
    ModelLease lease,
    AdmissionTicket ticket,
    RequestObservation observation,
    TimeProvider time) : IInputImages
{
    private readonly IReadOnlyList<ArraySegment<byte>> elements = input.Content.Elements((int)input.Shape[0]);

    /// <inheritdoc />
    public int Count => elements.Count;

    /// <inheritdoc />
    public async Task<RgbImage> TakeAsync(int index, RequestTerms terms)
    {
        var name = $"{input.Place}: image {index}";
        try
        {
            var start = time.GetTimestamp();
            var image = await intake.DecodeAsync(elements[index], name, lease, ticket, terms);
            observation.Decoded(time.GetElapsedTime(start));
            return image;
        }
        catch (ImageException exception)
        {
            var answer = $"{exception.Message} Send complete PNG or JPEG files within the limits.";
            throw new RefusedRequestException(FaultMapping.OfImage(exception.Problem), answer);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
    }
}
