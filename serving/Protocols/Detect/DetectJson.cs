using System.Text;
using System.Text.Json;
using Pipeline.Serving.Admission;
using Pipeline.Serving.Faults;
using Pipeline.Shared.Text;

namespace Pipeline.Serving.Protocols.Detect;

/// <summary>
/// Reads a JSON body: <c>{"images": [{"id": "a", "data": "…base64…"}], "threshold": 0.5}</c>. It is read token by token, because a short
/// text can describe a long list of empty objects.
/// </summary>
/// <param name="maxImages">Most images.</param>
/// <param name="parameters">Receives the parameters.</param>
/// <param name="ticket">The place of the request.</param>
internal sealed class DetectJson(int maxImages, DetectParameterReader parameters, AdmissionTicket ticket)
{
    private const string Place = "Body";
    private const string ImagesKey = "images";
    private const int MaxDepth = 8;
    private const int MaxClasses = 10_000;
    private const string WhatToSend =
        """Send {"images": [{"id": "a", "data": "…base64…"}]}, with threshold and other parameters beside images.""";
    private readonly List<SentImage> images = [];
    private bool hasImages;

    /// <returns>The images, at least one; dispose them.</returns>
    /// <exception cref="RefusedRequestException">It is not JSON of this form, or has no image, or too many.</exception>
    public SentImages Read(ReadOnlySpan<byte> body)
    {
        try
        {
            ReadBody(body);
            return new SentImages(images, isList: true);
        }
        catch (Exception exception)
        {
            using var read = new SentImages(images, isList: true);

            // A text with half a surrogate or invalid UTF-8 is an InvalidOperationException of the reader.
            throw exception switch
            {
                JsonException json => NotJson(json),
                InvalidOperationException => Refusal("a text in it is not valid Unicode"),
                _ => exception,
            };
        }
    }

    private void ReadBody(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Refusal("it is not an object in braces");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (name != ImagesKey)
            {
                parameters.Read(Place, Known(name), Texts(ref reader, name));
                continue;
            }

            if (hasImages)
            {
                throw Refusal("it has images twice");
            }

            hasImages = true;
            ReadImages(ref reader);
        }

        reader.Read();   // whatever follows the object is an error of the reader
        if (images.Count == 0)
        {
            throw Refusal(hasImages ? "its list of images is empty" : "it has no images");
        }
    }

    private void ReadImages(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Refusal("images is not a list in brackets");
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (images.Count == maxImages)
            {
                throw DetectBody.TooMany(maxImages);
            }

            ReadImage(ref reader);
        }
    }

    /// <summary>An object with the data and perhaps an id, or the data alone.</summary>
    private void ReadImage(ref Utf8JsonReader reader)
    {
        var at = $"images[{images.Count}]";
        if (reader.TokenType == JsonTokenType.String)
        {
            images.Add(new SentImage(images.Count + 1, Id: null, Base64Text.Decode(ref reader, at, ticket)));
            return;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Refusal($"{at} is neither an object with data nor a text in base64");
        }

        string? id = null;
        SentImage? image = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("data"u8) && image is null)
            {
                reader.Read();
                image = new SentImage(images.Count + 1, Id: null, Base64Text.Decode(ref reader, $"{at}.data", ticket));
                images.Add(image);
            }
            else if (reader.ValueTextEquals("id"u8) && id is null)
            {
                reader.Read();
                id = Id(reader, at);
            }
            else
            {
                throw Refusal($"{at} has '{ImageRefusal.Shown(reader.GetString()!)}' twice, or it is not known; an image has id and data");
            }
        }

        if (image is null)
        {
            throw Refusal($"{at} has no data");
        }

        images[^1] = image with { Id = id };
    }

    private static string Id(in Utf8JsonReader reader, string at)
    {
        var id = reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.Number => Encoding.ASCII.GetString(reader.ValueSpan),
            _ => throw Refusal($"{at}.id is neither a text nor a number"),
        };
        return id.Length is 0 or > SentImage.LongestId ? throw Refusal($"{at}.id must have 1 to {SentImage.LongestId} characters") : id;
    }

    /// <summary>The values of a parameter: one, or a list of texts.</summary>
    private static List<string> Texts(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return [Text(reader, name)];
        }

        var texts = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (texts.Count == MaxClasses)
            {
                throw Refusal($"'{ImageRefusal.Shown(name)}' has more than {MaxClasses} values");
            }

            texts.Add(Text(reader, name));
        }

        return texts.Count > 0 ? texts : throw Refusal($"'{ImageRefusal.Shown(name)}' is an empty list; give a value, or omit it");
    }

    private static string Text(in Utf8JsonReader reader, string name) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString()!,
        JsonTokenType.Number => Encoding.ASCII.GetString(reader.ValueSpan),
        _ => throw Refusal($"'{ImageRefusal.Shown(name)}' is neither a number nor a text"),
    };

    private static string Known(string name) => DetectParameter.All.Any(parameter => parameter.Name == name)
        ? name
        : throw Refusal(
            $"'{ImageRefusal.Shown(name)}' is not known{Meant(name)}; known are images, "
            + string.Join(", ", DetectParameter.All.Select(parameter => parameter.Name)));

    private static string Meant(string name)
    {
        string[] known = [ImagesKey, .. DetectParameter.All.Select(parameter => parameter.Name)];
        return NearName.Of(name, known) is { } near ? $", did you mean {near}" : "";
    }

    private static RefusedRequestException NotJson(JsonException exception)
    {
        var reason = ImageRefusal.Shown(exception.Message.Split(". ")[0]);
        return Refusal($"it is not JSON, at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}: {reason}");
    }

    private static RefusedRequestException Refusal(string reason) =>
        new(FaultKind.Malformed, $"The JSON body cannot be used: {reason}. {WhatToSend}");
}
