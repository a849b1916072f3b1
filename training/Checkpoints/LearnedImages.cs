using Pipeline.Shared;
using Pipeline.Training.Data;

namespace Pipeline.Training.Checkpoints;

/// <summary>
/// The digests of the images that weights have learned from, in the header's text of their file: other programs that read the tensors
/// pass over it, and a file that is copied takes it along.
/// </summary>
internal static class LearnedImages
{
    private const string Key = "learntImages";

    /// <summary>Adds them to a header; nothing where there are none, or more than a header holds.</summary>
    public static void Add(Dictionary<string, string> metadata, ImageDigests? images)
    {
        if (images is { Count: > 0 and <= ImageDigests.MaxCount })
        {
            metadata[Key] = images.ToText();
        }
    }

    /// <summary>Those that a header holds.</summary>
    /// <param name="metadata">The header's text.</param>
    /// <param name="path">Named in error messages.</param>
    /// <exception cref="UserErrorException">The text is none that was written here.</exception>
    public static ImageDigests Of(IReadOnlyDictionary<string, string> metadata, string path)
    {
        if (!metadata.TryGetValue(Key, out var text))
        {
            return ImageDigests.None;
        }

        try
        {
            return ImageDigests.Parse(text);
        }
        catch (FormatException exception)
        {
            throw new UserErrorException($"{path}: its metadata '{Key}' cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Those of a file of weights, from its header alone; none where it is of another format, or there is no file.</summary>
    /// <param name="path">The file; null: there is none.</param>
    /// <exception cref="UserErrorException">The file is missing or damaged.</exception>
    public static ImageDigests In(string? path)
    {
        if (path is null)
        {
            return ImageDigests.None;
        }

        return SafetensorsFile.ReadMetadata(path) is { } metadata ? Of(metadata, path) : ImageDigests.None;
    }
}
