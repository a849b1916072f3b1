using System.Globalization;
using System.Text;
using Pipeline.Serving.Faults;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Protocols;

/// <summary>Answers to images that cannot be taken: what was sent, what the limit is, what to send.</summary>
internal static class ImageRefusal
{
    public const string WhatToSend = "Send the bytes of an image file, as curl --data-binary @image.png does.";

    private const string UrlEncodedForm = "application/x-www-form-urlencoded";
    private const int BytesShown = 8, LongestShown = 60;

    /// <summary>What to answer.</summary>
    /// <param name="problem">What the decoder found.</param>
    /// <param name="request">The request.</param>
    /// <param name="encoded">What was sent.</param>
    /// <param name="service">The service's limits.</param>
    /// <param name="model">The model, which has a limit of its own.</param>
    public static RefusedRequestException Of(
        ImageException problem, HttpRequest request, ReadOnlySpan<byte> encoded, ImageLimits service, ModelManifest model)
    {
        if (problem.Problem == ImageProblem.NotAnImage)
        {
            return new RefusedRequestException(StatusCodes.Status415UnsupportedMediaType, NoImage(request, encoded));
        }

        if (problem.Problem == ImageProblem.TooLarge)
        {
            return new RefusedRequestException(StatusCodes.Status413PayloadTooLarge, $"{problem.Message} {WhoseLimit(service, model)}");
        }

        return new RefusedRequestException(StatusCodes.Status422UnprocessableEntity, $"{problem.Message} {Whole(request)}");
    }

    /// <summary>A text of the client's, cut for a message.</summary>
    public static string Shown(string text) => text.Length <= LongestShown ? text : text[..LongestShown] + "…";

    private static string NoImage(HttpRequest request, ReadOnlySpan<byte> encoded)
    {
        var type = request.ContentType is { } sent ? $"was sent as {Shown(sent.Split(';')[0])}" : "has no Content-Type";
        var what = $"This is not a PNG, JPEG, WebP, BMP or GIF image: it begins with {Beginning(encoded)} and {type}.";
        return $"{what} {WhatToSend}{UrlEncodedHint(request)}";
    }

    private static string Whole(HttpRequest request) => $"Send the whole file.{UrlEncodedHint(request)}";

    private static string UrlEncodedHint(HttpRequest request)
    {
        var isUrlEncoded = request.ContentType?.StartsWith(UrlEncodedForm, StringComparison.OrdinalIgnoreCase) == true;
        return isUrlEncoded ? " (curl -d and --data drop line ends and zero bytes, and so break an image.)" : "";
    }

    private static string WhoseLimit(ImageLimits service, ModelManifest model) => model.MaxInputSidePixels < service.MaxDimensionPixels
        ? $"The limit of a side is that of the model {model.Name}, the other is the service's (--max-pixels). Send a smaller image."
        : "These are the service's limits (--max-side-pixels, --max-pixels). Send a smaller image.";

    private static string Beginning(ReadOnlySpan<byte> encoded)
    {
        var first = encoded[..Math.Min(BytesShown, encoded.Length)];
        var isText = !first.ContainsAnyExceptInRange((byte)' ', (byte)'~');
        return isText
            ? $"'{Encoding.ASCII.GetString(first)}'"
            : string.Create(CultureInfo.InvariantCulture, $"the bytes {Convert.ToHexString(first)}");
    }
}
