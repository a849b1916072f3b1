using System.Globalization;

namespace Pipeline.Shared.Evaluation.Results;

/// <summary>What is odd about detections that count all the same: how often, and where first. A file may have millions.</summary>
internal sealed class ResultNotes
{
    private readonly List<string> lines = [];
    private readonly Dictionary<string, Note> notes = new(StringComparer.Ordinal);

    /// <param name="kind">What follows the number: "boxes lie outside…".</param>
    /// <param name="place">Where.</param>
    /// <param name="member">Of an entry.</param>
    public void Add(string kind, in ResultPlace place, string member)
    {
        if (notes.TryGetValue(kind, out var note))
        {
            note.Count++;
        }
        else
        {
            notes.Add(kind, new Note { First = place.Text(member), Count = 1 });
        }
    }

    /// <param name="line">A whole remark.</param>
    public void AddOnce(string line) => lines.Add($"warning: {line}");

    /// <summary>A line for each kind, in the order in which they first occurred.</summary>
    public IEnumerable<string> Remarks() => lines.Concat(notes.Select(note => string.Create(
        CultureInfo.InvariantCulture, $"warning: {note.Value.Count:N0} {note.Key} (first: {note.Value.First})")));

    private sealed class Note
    {
        public required string First { get; init; }

        public long Count { get; set; }
    }
}
