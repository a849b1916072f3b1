using System.Diagnostics;
using Pipeline.Serving.Admission;
using Pipeline.Serving.Batching;
using Pipeline.Serving.Models;
using Pipeline.Serving.Observability;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Imaging.Drawing;

namespace Pipeline.Serving.Protocols.Detect;

/// <summary>Decodes an image, waits for its execution, and draws what was found if the client takes a picture.</summary>
/// <param name="intake">Decodes.</param>
/// <param name="lease">The model.</param>
/// <param name="ticket">The place of the request.</param>
/// <param name="filter">What was asked for.</param>
/// <param name="format">The form of the answer.</param>
/// <param name="observation">What is measured of the request.</param>
internal sealed class ImageExamination(
    ImageIntake intake,
    ModelLease lease,
    AdmissionTicket ticket,
    ClassFilter filter,
    AnswerFormat format,
    RequestObservation observation)
{
    // Two bitmaps of 4 bytes a pixel, the annotated picture of 3, and the file, which is rarely longer than the pixels.
    private const int BytesPerPixelWhileDrawing = 14;

    /// <summary>Examines one image.</summary>
    /// <param name="sent">The image.</param>
    /// <param name="name">Named in error messages.</param>
    /// <param name="terms">On which terms it waits.</param>
    /// <exception cref="ImageException">It is not an image, is damaged, or exceeds a limit.</exception>
    /// <exception cref="Faults.RefusedRequestException">There is no room, too little time or too little memory.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits for the answer any more.</exception>
    public async Task<ExaminedImage> RunAsync(SentImage sent, string name, RequestTerms terms)
    {
        var start = Stopwatch.GetTimestamp();
        using var image = await intake.DecodeAsync(sent.Bytes.Bytes, name, lease, ticket, terms);
        var decodeTime = Stopwatch.GetElapsedTime(start);
        observation.Decoded(decodeTime);
        var detected = await lease.DetectAsync(image, terms);
        var found = filter.Select(detected.Detections);
        return new ExaminedImage(
            Sent: sent,
            WidthPixels: image.WidthPixels,
            HeightPixels: image.HeightPixels,
            Found: found,
            DecodeTime: decodeTime,
            QueueTime: detected.QueueTime,
            InferenceTime: detected.InferenceTime,
            BatchSize: detected.BatchSize)
        {
            Picture = format.IsPicture ? await DrawAsync(image, found, terms.Aborted) : null,
        };
    }

    private async Task<byte[]> DrawAsync(RgbImage image, IReadOnlyList<Detection> found, CancellationToken aborted)
    {
        ticket.Reserve((long)image.WidthPixels * image.HeightPixels * BytesPerPixelWhileDrawing);
        return await intake.RunAsync(() => Draw(image, found), aborted);
    }

    private byte[] Draw(RgbImage image, IReadOnlyList<Detection> found)
    {
        using var painted = DetectionPainter.Paint(image, found, lease.Manifest.Labels);
        return format == AnswerFormat.Png ? ImageEncoder.Png(painted) : ImageEncoder.Jpeg(painted);
    }
}
