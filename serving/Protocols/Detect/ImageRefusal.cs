using System.Globalization;
using System.Text;
using Pipeline.Serving.Faults;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Protocols.Detect;

/// <summary>Tells the client why an image cannot be accepted: what was sent, what the limit is, what to send.</summary>
internal static class ImageRefusal
{
    public const string WhatToSend = "Send the bytes of an image file, as curl --data-binary @image.png does.";

    private const string JsonHint = " (Images in JSON need the header Content-Type: application/json.)";
    private const string UrlEncodedForm = "application/x-www-form-urlencoded";
    private const int BytesShown = 8;
    private const int LongestShown = 60;

    /// <summary>The refusal to throw.</summary>
    /// <param name="problem">What the decoder found; its message names the image.</param>
    /// <param name="request">The request, for its headers.</param>
    /// <param name="image">The image.</param>
    /// <param name="isList">Whether it is one of several.</param>
    /// <param name="service">The service's limits.</param>
    /// <param name="model">The model, which has a limit of its own.</param>
    public static RefusedRequestException Of(
        ImageException problem, HttpRequest request, SentImage image, bool isList, ImageLimits service, ModelManifest model)
    {
        var answer = problem.Problem switch
        {
            ImageProblem.NotAnImage => isList ? $"{image.Name}: {NotAnImage(image.Bytes.Bytes)}." : NotAnImage(request, image.Bytes.Bytes),
            ImageProblem.TooLarge => $"{problem.Message} {WhoseLimit(service, model)}",
            _ => $"{problem.Message} Send the whole file.{UrlEncodedHint(request)}",
        };
        return new RefusedRequestException(FaultMapping.OfImage(problem.Problem), answer);
    }

    /// <summary>Text from the client, truncated for a message.</summary>
    public static string Shown(string text) => LogText.OneLine(text, LongestShown);

    private static string NotAnImage(HttpRequest request, ReadOnlySpan<byte> encoded)
    {
        var type = request.ContentType is { } sent ? $"was sent as {Shown(sent.Split(';')[0])}" : "has no Content-Type";
        var hint = encoded is [(byte)'{', ..] ? JsonHint : UrlEncodedHint(request);
        return $"{NotAnImage(encoded)} and {type}. {WhatToSend}{hint}";
    }

    private static string NotAnImage(ReadOnlySpan<byte> encoded) =>
        $"This is not a PNG, JPEG, WebP, BMP or GIF image: it begins with {Beginning(encoded)}";

    private static string UrlEncodedHint(HttpRequest request)
    {
        var isUrlEncoded = request.ContentType?.StartsWith(UrlEncodedForm, StringComparison.OrdinalIgnoreCase) == true;
        return isUrlEncoded ? " (curl -d and --data drop line breaks and zero bytes, which corrupts an image.)" : "";
    }

    private static string WhoseLimit(ImageLimits service, ModelManifest model)
    {
        var whose = model.MaxInputSidePixels < service.MaxDimensionPixels
            ? $"The side limit is that of the model {model.Name}, the pixel limit is the service's (--max-pixels)."
            : "These are the service's limits (--max-side-pixels, --max-pixels).";
        return $"{whose} Send a smaller image.";
    }

    private static string Beginning(ReadOnlySpan<byte> encoded)
    {
        var first = encoded[..Math.Min(BytesShown, encoded.Length)];
        var isText = !first.ContainsAnyExceptInRange((byte)' ', (byte)'~');
        return isText
            ? $"'{Encoding.ASCII.GetString(first)}'"
            : string.Create(CultureInfo.InvariantCulture, $"the bytes {Convert.ToHexString(first)}");
    }
}
