using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Protocols;

/// <summary>Reads the one file of a <c>multipart/form-data</c> body, as <c>curl -F image=@x.png</c> or a web page sends it.</summary>
internal static class FormUpload
{
    private const string FormType = "multipart/form-data";
    private const string WhatToSend =
        "Send a form with one image file and nothing else, or the file alone, as curl --data-binary @image.png does.";
    private const int LongestBoundary = 70;   // RFC 2046, section 5.1.1

    public static bool IsForm(HttpRequest request) =>
        ContentType(request)?.MediaType.Equals(FormType, StringComparison.OrdinalIgnoreCase) == true;

    /// <returns>The file's bytes; dispose them. The server bounds the length of the whole body.</returns>
    /// <exception cref="RefusedRequestException">The form is damaged, or does not contain exactly one file and nothing else.</exception>
    public static async Task<MemoryStream> ReadFileAsync(HttpRequest request, CancellationToken aborted)
    {
        var reader = new MultipartReader(ReadBoundary(request), request.Body);
        try
        {
            var file = await ReadPartAsync(reader, aborted) ?? throw Refusal("it contains no file");
            if (await ReadPartAsync(reader, aborted) is not null)
            {
                throw Refusal("it contains more than one file");
            }

            return file;
        }
        catch (InvalidDataException exception)
        {
            throw Refusal($"it cannot be read: {exception.Message.TrimEnd('.')}");
        }
        catch (IOException exception) when (exception.GetType() == typeof(IOException))   // the reader's own, not the connection's
        {
            throw Refusal("it ends early");
        }
    }

    private static async Task<MemoryStream?> ReadPartAsync(MultipartReader reader, CancellationToken aborted)
    {
        if (await reader.ReadNextSectionAsync(aborted) is not { } section)
        {
            return null;
        }

        if (section.GetContentDispositionHeader() is not { } disposition || !disposition.IsFileDisposition())
        {
            var name = section.GetContentDispositionHeader()?.Name.ToString() ?? "";
            throw Refusal($"its part '{ImageRefusal.Shown(name)}' is not a file; pass a threshold in the URL, as ?threshold=0.5");
        }

        var file = new MemoryStream();
        await section.Body.CopyToAsync(file, aborted);
        if (file.Length == 0)
        {
            throw Refusal("its file is empty");
        }

        return file;
    }

    private static string ReadBoundary(HttpRequest request)
    {
        var boundary = HeaderUtilities.RemoveQuotes(ContentType(request)!.Boundary).ToString();
        if (boundary.Length is 0 or > LongestBoundary)
        {
            throw Refusal($"its boundary must have 1 to {LongestBoundary} characters");
        }

        return boundary;
    }

    private static MediaTypeHeaderValue? ContentType(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? type : null;

    private static RefusedRequestException Refusal(string reason) =>
        new(FaultKind.Malformed, $"The form cannot be used: {reason}. {WhatToSend}");
}
