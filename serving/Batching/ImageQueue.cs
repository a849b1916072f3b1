namespace Pipeline.Serving.Batching;

/// <summary>The images of one key that wait, first in, first out. Not safe for concurrent calls: its owner's lock guards it.</summary>
/// <param name="key">What the images have in common.</param>
internal sealed class ImageQueue(BatchKey key)
{
    private readonly LinkedList<PendingImage> images = [];

    /// <summary>What the images have in common.</summary>
    public BatchKey Key => key;

    /// <summary>How many wait.</summary>
    public int Count => images.Count;

    /// <summary>The image that has waited longest; the queue must not be empty.</summary>
    public PendingImage Head => images.First!.Value;

    /// <summary>All of them, in the order of their arrival.</summary>
    public IEnumerable<PendingImage> Images => images;

    /// <summary>Adds an image to the end.</summary>
    public void Add(PendingImage pending) => pending.Node = images.AddLast(pending);

    /// <summary>Removes an image from wherever it is.</summary>
    /// <returns>False when it does not wait here any more.</returns>
    public bool TryRemove(PendingImage pending)
    {
        if (pending.Node?.List != images)
        {
            return false;
        }

        images.Remove(pending.Node);
        return true;
    }

    /// <summary>Removes the image that has waited longest.</summary>
    public PendingImage RemoveHead()
    {
        var head = Head;
        images.RemoveFirst();
        return head;
    }
}
