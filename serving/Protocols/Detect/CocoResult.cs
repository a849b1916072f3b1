using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Pipeline.Shared.Geometry;

namespace Pipeline.Serving.Protocols.Detect;

/// <summary>A detection in COCO's result format, as pycocotools' <c>loadRes</c> takes it.</summary>
/// <param name="ImageId">
/// The image's id; a number when it consists of digits. For a file of a form it is its name without extension, and without either the
/// image's number in the request, from 1.
/// </param>
/// <param name="CategoryId">Number of the class among the model's classes, from 1.</param>
/// <param name="Bbox">x, y, width, height in continuous pixels.</param>
/// <param name="Score">0..1</param>
public sealed record CocoResult(
    [property: JsonPropertyName("image_id")] JsonNode ImageId,
    [property: JsonPropertyName("category_id")] int CategoryId,
    [property: JsonPropertyName("bbox"), Length(4, 4)] float[] Bbox,
    [property: JsonPropertyName("score"), Range(0, 1)] float Score)
{
    internal static CocoResult From(SentImage image, in Detection found) => new(
        ImageId: IdOf(image),
        CategoryId: found.Label + 1,
        Bbox: [found.Box.X1, found.Box.Y1, found.Box.Width, found.Box.Height],
        Score: found.Score);

    /// <summary>COCO's own files are called <c>000000397133.jpg</c> for the image 397133.</summary>
    private static JsonNode IdOf(SentImage image)
    {
        if (image.Id is null)
        {
            return image.Number;
        }

        var name = Path.GetFileNameWithoutExtension(image.Id);
        return long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : name;
    }
}
