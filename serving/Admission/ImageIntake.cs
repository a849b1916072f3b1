using Pipeline.Serving.Batching;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Models;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Admission;

/// <summary>
/// Decodes images, as many at a time as there are cores, after their memory was reserved. An image that could not be executed anyway is
/// refused first, by the size in its header: decoding costs more than all else that is done before the execution.
/// </summary>
/// <param name="time">The clock of all deadlines.</param>
/// <param name="cores">How many images may be decoded at a time.</param>
internal sealed class ImageIntake(TimeProvider time, int cores) : IDisposable
{
    private const int BytesPerPixelOfCodec = 4;
    private readonly SemaphoreSlim free = new(cores);

    /// <param name="time">The clock of all deadlines.</param>
    public ImageIntake(TimeProvider time) : this(time, Environment.ProcessorCount)
    {
    }

    /// <summary>Decodes an image.</summary>
    /// <param name="encoded">The encoded image.</param>
    /// <param name="name">Named in error messages.</param>
    /// <param name="lease">The model that will look at it.</param>
    /// <param name="ticket">The place of the request.</param>
    /// <param name="terms">On which terms the image will wait for its execution.</param>
    /// <returns>The image; dispose it.</returns>
    /// <exception cref="ImageException">The bytes are not an image, are damaged, or exceed a limit.</exception>
    /// <exception cref="RefusedRequestException">There is no room in the queue, too little time, or too little memory.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits for the image any more.</exception>
    public async Task<RgbImage> DecodeAsync(
        ArraySegment<byte> encoded, string name, ModelLease lease, AdmissionTicket ticket, RequestTerms terms)
    {
        var size = ImageDecoder.CheckSize(encoded, name, lease.Limits);
        lease.RequireRoom(size, terms);   // and again when a core is free: others may have come before
        using var late = new CancellationTokenSource(terms.TimeLeft(time), time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(late.Token, terms.Aborted);
        try
        {
            return await DecodeAsync(encoded, name, lease.Limits, ticket, () => lease.RequireRoom(size, terms), ended.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !terms.Aborted.IsCancellationRequested)
        {
            throw new RefusedRequestException(QueueRefusal.DeadlinePassed);
        }
    }

    /// <summary>Works on pixels otherwise, such as drawing and encoding them, when a core is free.</summary>
    /// <param name="work">The work.</param>
    /// <param name="aborted">Is cancelled when nobody waits for the answer any more.</param>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken aborted)
    {
        await free.WaitAsync(aborted);
        try
        {
            return work();
        }
        finally
        {
            free.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => free.Dispose();

    private async Task<RgbImage> DecodeAsync(
        ArraySegment<byte> encoded,
        string name,
        ImageLimits limits,
        AdmissionTicket ticket,
        Action beforeDecoding,
        CancellationToken aborted)
    {
        var size = ImageDecoder.CheckSize(encoded, name, limits);
        var pixels = (long)size.WidthPixels * size.HeightPixels;
        var whileDecoding = pixels * BytesPerPixelOfCodec + encoded.Count;
        ticket.Reserve(RgbImage.BufferBytesOf(size.WidthPixels, size.HeightPixels) + whileDecoding);
        try
        {
            return await RunAsync(
                () =>
                {
                    beforeDecoding();
                    return ImageDecoder.Decode(encoded, name, limits);
                },
                aborted);
        }
        finally
        {
            ticket.Release(whileDecoding);
        }
    }
}
