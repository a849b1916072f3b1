using System.Globalization;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Datasets.Voc;

/// <summary>Reads annotation files; what is not needed (<c>folder</c>, <c>path</c>, <c>source</c>, <c>part</c>) is not read.</summary>
internal static class VocAnnotationFile
{
    /// <summary>The root element's name.</summary>
    public const string Root = "annotation";

    /// <param name="path">The file.</param>
    /// <exception cref="UserErrorException">It is not an annotation file; the message has file and line.</exception>
    public static VocAnnotation Read(string path)
    {
        var root = VocXml.Read(path);
        return root.Name == Root
            ? Annotation(root, path)
            : throw new UserErrorException($"{path}:{root.Line}: the root element is <{Excerpt.Line(root.Name)}>; <{Root}> is expected.");
    }

    private static VocAnnotation Annotation(VocElement root, string path)
    {
        var findings = new List<Finding>();
        var reader = new VocObjectReader(path, findings);
        foreach (var element in root.All("object"))
        {
            reader.Read(element);
        }

        var filename = root.First("filename");
        var size = root.First("size");
        return new VocAnnotation(reader.Objects, findings)
        {
            Truth = reader.Truth,
            ImageName = NameOf(filename),
            ImageNameLine = filename?.Line ?? root.Line,
            Size = SizeOf(size),
            SizeLine = size?.Line ?? root.Line,
        };
    }

    /// <summary>The last part of a path in either system's spelling.</summary>
    private static string? NameOf(VocElement? filename)
    {
        var text = filename?.Text ?? "";
        var name = text[(text.LastIndexOfAny(['/', '\\']) + 1)..];
        return name.Length == 0 ? null : name;
    }

    private static (int WidthPixels, int HeightPixels)? SizeOf(VocElement? size)
    {
        var width = Pixels(size?.First("width"));
        var height = Pixels(size?.First("height"));
        return width > 0 && height > 0 ? (width, height) : null;
    }

    private static int Pixels(VocElement? element) =>
        int.TryParse(element?.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var pixels) ? pixels : 0;
}
