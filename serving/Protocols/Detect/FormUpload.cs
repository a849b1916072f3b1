using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Pipeline.Serving.Admission;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Protocols.Detect;

/// <summary>Reads the files of a <c>multipart/form-data</c> body, as <c>curl -F image=@x.png</c> or a web page sends them.</summary>
/// <param name="maxImages">Most files.</param>
/// <param name="ticket">The place of the request.</param>
internal sealed class FormUpload(int maxImages, AdmissionTicket ticket)
{
    private const string FormType = "multipart/form-data";
    private const string WhatToSend =
        "Send a form with image files and nothing else, or a file alone, as curl --data-binary @image.png does.";
    private const int LongestBoundary = 70;   // RFC 2046, section 5.1.1
    private static readonly char[] FolderSeparators = ['/', '\\'];

    public static bool IsForm(HttpRequest request) =>
        ContentType(request)?.MediaType.Equals(FormType, StringComparison.OrdinalIgnoreCase) == true;

    /// <returns>The files; dispose them. The server bounds the length of the whole body.</returns>
    /// <exception cref="RefusedRequestException">The form is damaged, has something else than files, or none, or too many.</exception>
    public async Task<SentImages> ReadAsync(HttpRequest request, CancellationToken aborted)
    {
        var reader = new MultipartReader(ReadBoundary(request), request.Body);
        var files = new List<SentImage>();
        try
        {
            await ReadFilesAsync(reader, files, aborted);
            return new SentImages(files, isList: files.Count > 1);
        }
        catch (Exception exception)
        {
            using var read = new SentImages(files, isList: false);
            throw exception switch
            {
                InvalidDataException => Refusal($"it cannot be read: {exception.Message.TrimEnd('.')}"),
                IOException when exception.GetType() == typeof(IOException) => Refusal("it ends early"),   // the reader's own, not the
                _ => exception,                                                                            // connection's
            };
        }
    }

    private async Task ReadFilesAsync(MultipartReader reader, List<SentImage> files, CancellationToken aborted)
    {
        while (await reader.ReadNextSectionAsync(aborted) is { } section)
        {
            var name = FileName(section);
            if (files.Count == maxImages)
            {
                throw DetectBody.TooMany(maxImages);
            }

            var bytes = await PooledBytes.ReadAsync(section.Body, expected: null, limits: null, ticket, aborted);
            files.Add(new SentImage(files.Count + 1, name, bytes));
            if (bytes.Bytes.Count == 0)
            {
                throw Refusal(files.Count == 1 ? "its file is empty" : $"its file {files.Count} is empty");
            }
        }

        if (files.Count == 0)
        {
            throw Refusal("it contains no file");
        }
    }

    /// <summary>The name of a part's file without folders; it is shown and returned, and never leads to a file here.</summary>
    private static string? FileName(MultipartSection section)
    {
        if (section.GetContentDispositionHeader() is not { } disposition || !disposition.IsFileDisposition())
        {
            var part = section.GetContentDispositionHeader()?.Name.ToString() ?? "";
            throw Refusal($"its part '{ImageRefusal.Shown(part)}' is not a file; pass a threshold in the URL, as ?threshold=0.5");
        }

        var sent = disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName;
        var name = HeaderUtilities.RemoveQuotes(sent).ToString().Split(FolderSeparators)[^1];
        return name.Length == 0 ? null : LogText.OneLine(name, SentImage.LongestId);
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
