using System.Text;
using System.Text.Json;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Protocols.Detect;

/// <summary>Writes what was found in the form that the client takes.</summary>
/// <param name="model">The model that answers.</param>
/// <param name="requestId">Names the request in the service's log.</param>
internal sealed class DetectAnswer(ModelManifest model, string requestId)
{
    private const string Utf8 = "; charset=utf-8";

    /// <param name="format">The form.</param>
    /// <param name="images">The images, at least one.</param>
    /// <param name="isList">Whether the client sent a list.</param>
    public (byte[] Body, string ContentType) Write(AnswerFormat format, IReadOnlyList<ExaminedImage> images, bool isList)
    {
        if (format.IsPicture)
        {
            return (images[0].Picture!, format.MediaType);
        }

        if (format == AnswerFormat.Kitti)
        {
            var lines = KittiResultFile.Format(images[0].Found, model.Labels);
            return (Encoding.UTF8.GetBytes(lines), format.MediaType + Utf8);
        }

        if (format == AnswerFormat.Coco)
        {
            var results = images.SelectMany(image => image.Found.Select(found => CocoResult.From(image.Sent, found)));
            return (JsonSerializer.SerializeToUtf8Bytes(results, JsonSerializerOptions.Web), format.MediaType);
        }

        object answer = isList ? List(images) : Single(images[0]);
        return (JsonSerializer.SerializeToUtf8Bytes(answer, JsonSerializerOptions.Web), format.MediaType + Utf8);
    }

    private DetectResponse Single(ExaminedImage image) => new(
        Model: model.Name,
        Version: model.Version,
        Width: image.WidthPixels,
        Height: image.HeightPixels,
        Detections: Objects(image),
        DecodeMs: image.DecodeTime.TotalMilliseconds,
        InferenceMs: image.InferenceTime.TotalMilliseconds,
        QueueMs: image.QueueTime.TotalMilliseconds,
        BatchSize: image.BatchSize,
        RequestId: requestId);

    private DetectListResponse List(IReadOnlyList<ExaminedImage> images) => new(
        Model: model.Name,
        Version: model.Version,
        Images: [.. images.Select(InList)],
        RequestId: requestId);

    private DetectedInImage InList(ExaminedImage image) => new(
        Id: image.Sent.Id,
        Width: image.WidthPixels,
        Height: image.HeightPixels,
        Detections: Objects(image),
        DecodeMs: image.DecodeTime.TotalMilliseconds,
        InferenceMs: image.InferenceTime.TotalMilliseconds,
        QueueMs: image.QueueTime.TotalMilliseconds,
        BatchSize: image.BatchSize);

    private IReadOnlyList<DetectedObject> Objects(ExaminedImage image) =>
        [.. image.Found.Select(found => DetectedObject.From(found, model.Labels))];
}
