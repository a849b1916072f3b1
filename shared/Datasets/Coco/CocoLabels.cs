using System.Buffers.Binary;
using System.Text;

namespace Pipeline.Shared.Datasets.Coco;

/// <summary>The annotations of a file, grouped by image.</summary>
internal sealed class CocoLabels : ILabelReader
{
    private const int BoxAndMarksBytes = (4 * sizeof(float)) + 1;

    private readonly string path;
    private readonly IReadOnlyList<DatasetClass> classes;
    private readonly CocoFindings findings;
    private readonly int[] starts;
    private readonly CocoAnnotation[] annotations;

    /// <param name="path">The file.</param>
    /// <param name="document">Its content.</param>
    public CocoLabels(string path, CocoDocument document)
    {
        this.path = path;
        classes = document.Classes;
        findings = document.Findings;
        starts = Starts(document);
        annotations = new CocoAnnotation[document.Annotations.Count];
        var next = starts[..^1];
        foreach (var annotation in document.Annotations)
        {
            annotations[next[annotation.Image]] = annotation;
            next[annotation.Image]++;
        }
    }

    public IReadOnlyList<DatasetClass> Classes() => classes;

    public ImageLabels Read(DatasetImage image, int widthPixels, int heightPixels)
    {
        var own = Of(image);
        var read = new Annotation[own.Length];
        for (var i = 0; i < own.Length; i++)
        {
            read[i] = new Annotation(classes[own[i].Class].Name, own[i].Box) { Marks = own[i].Marks, Place = own[i].Place, Id = own[i].Id };
        }

        return new ImageLabels(read, findings.OfImage(image.Index));
    }

    public string Locate(DatasetImage image, in Annotation annotation) => $"{path}: annotations[{annotation.Place}].bbox";

    /// <summary>Name, box and marks of each annotation; the ids in the file make no difference.</summary>
    public byte[] Content(DatasetImage image)
    {
        var content = new List<byte>();
        Span<byte> bytes = stackalloc byte[BoxAndMarksBytes];
        foreach (var annotation in Of(image))
        {
            content.AddRange(Encoding.UTF8.GetBytes(classes[annotation.Class].Name));
            content.Add(0);
            BinaryPrimitives.WriteSingleLittleEndian(bytes, annotation.Box.X1);
            BinaryPrimitives.WriteSingleLittleEndian(bytes[4..], annotation.Box.Y1);
            BinaryPrimitives.WriteSingleLittleEndian(bytes[8..], annotation.Box.X2);
            BinaryPrimitives.WriteSingleLittleEndian(bytes[12..], annotation.Box.Y2);
            bytes[^1] = (byte)annotation.Marks;
            content.AddRange(bytes);
        }

        return [.. content];
    }

    /// <summary>Where the annotations of each image begin, and where the last ones end.</summary>
    private static int[] Starts(CocoDocument document)
    {
        var starts = new int[document.ImageIds.Count + 1];
        foreach (var annotation in document.Annotations)
        {
            starts[annotation.Image + 1]++;
        }

        for (var i = 1; i < starts.Length; i++)
        {
            starts[i] += starts[i - 1];
        }

        return starts;
    }

    private ReadOnlySpan<CocoAnnotation> Of(DatasetImage image) => annotations.AsSpan(starts[image.Index]..starts[image.Index + 1]);
}
