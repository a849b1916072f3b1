using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>A weight under the name that a file gives it.</summary>
/// <param name="Name">The name within its dictionary.</param>
/// <param name="Tensor">A view of the file's memory; null when it is not read.</param>
/// <param name="Unread">Why it is not read; null when it is.</param>
internal sealed record ForeignEntry(string Name, Tensor? Tensor, string? Unread)
{
    /// <summary>Name and shape, for messages.</summary>
    public override string ToString() => Tensor is null ? $"{Name} ({Unread})" : $"{Name} [{string.Join(", ", Tensor.shape)}]";
}

/// <summary>A dictionary that holds weights.</summary>
/// <param name="Path">The keys that lead to it, with dots between; empty at the file's top.</param>
/// <param name="Entries">In the file's order.</param>
internal sealed record ForeignDictionary(string Path, IReadOnlyList<ForeignEntry> Entries)
{
    /// <summary>An entry's full name and shape, for messages.</summary>
    public string Describe(ForeignEntry entry) => Qualified(entry.ToString());

    /// <summary>A name with the dictionary's own in front.</summary>
    public string Qualified(string name) => Path.Length == 0 ? name : $"{Path}.{name}";
}
