using Pipeline.Serving.Admission;

namespace Pipeline.Serving.Protocols.Detect;

/// <summary>One encoded image of a request.</summary>
/// <param name="Number">Its number in the request, from 1.</param>
/// <param name="Id">What the client calls it: an id, or the name of its file; null when it has no name.</param>
/// <param name="Bytes">The bytes that were sent as an image.</param>
internal sealed record SentImage(int Number, string? Id, PooledBytes Bytes)
{
    /// <summary>The longest id.</summary>
    public const int LongestId = 256;

    /// <summary>What messages call it.</summary>
    public string Name => Id is null ? $"image {Number}" : $"image {Number} ('{ImageRefusal.Shown(Id)}')";
}

/// <summary>The encoded images of a request.</summary>
/// <param name="images">The images; disposed with this.</param>
/// <param name="isList">Whether the answer is a list, too: the request is JSON, or a form with several files.</param>
internal sealed class SentImages(IReadOnlyList<SentImage> images, bool isList) : IDisposable
{
    /// <summary>The images, at least one.</summary>
    public IReadOnlyList<SentImage> All => images;

    /// <summary>Whether the answer is a list, too.</summary>
    public bool IsList => isList;

    /// <summary>Returns their memory.</summary>
    public void Dispose()
    {
        foreach (var image in images)
        {
            image.Bytes.Dispose();
        }
    }
}
