using System.Text;

namespace Pipeline.Shared.Datasets.Voc;

/// <summary>An element of an annotation file.</summary>
/// <param name="name">Its name, without namespace.</param>
/// <param name="line">Its line, from 1.</param>
internal sealed class VocElement(string name, int line)
{
    private List<VocElement>? children;
    private StringBuilder? text;

    public string Name => name;

    public int Line => line;

    /// <summary>Its own text, without the white space around it.</summary>
    public string Text => text?.ToString().Trim() ?? "";

    public void Add(VocElement child) => (children ??= []).Add(child);

    public void AddText(string part) => (text ??= new StringBuilder()).Append(part);

    /// <summary>The children of a name, in their order.</summary>
    public IEnumerable<VocElement> All(string childName) => children?.Where(child => child.Name == childName) ?? [];

    /// <summary>The first child of a name; null when there is none.</summary>
    public VocElement? First(string childName) => children?.Find(child => child.Name == childName);
}
