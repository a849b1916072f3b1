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
    private readonly IReadOnlyDictionary<int, string> areaProblems;
    private readonly int[] starts;
    private readonly CocoAnnotation[] annotations;

    /// <param name="path">The file.</param>
    /// <param name="document">Its content.</param>
    public CocoLabels(string path, CocoDocument document)
    {
        this.path = path;
        classes = document.Classes;
        findings = document.Findings;
        areaProblems = document.AreaProblems;
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
        var read = new List<Annotation>();
        foreach (ref readonly var own in Of(image))
        {
            if (own.HasArea)
            {
                read.Add(new Annotation(classes[own.Class].Name, own.Box) { Marks = own.Marks, Place = own.Place, Id = own.Id });
            }
        }

        return new ImageLabels(read, findings.OfImage(image.Index));
    }

    /// <summary>As pycocotools counts them: also objects without area, and those outside the image.</summary>
    public IReadOnlyList<TruthLabel> Truth(DatasetImage image, int widthPixels, int heightPixels)
    {
        if (findings.OfImage(image.Index).FirstOrDefault(finding => finding.IsError) is { } error)
        {
            throw new UserErrorException(error.ToString());
        }

        var own = Of(image);
        var truth = new TruthLabel[own.Length];
        for (var i = 0; i < own.Length; i++)
        {
            if (areaProblems.TryGetValue(own[i].Place, out var problem))
            {
                throw new UserErrorException($"{path}: annotations[{own[i].Place}].area: {problem}");
            }

            truth[i] = new TruthLabel(classes[own[i].Class].Name, own[i].Exact)
            {
                Marks = own[i].Marks,
                AreaPixels = double.IsNaN(own[i].AreaPixels) ? null : own[i].AreaPixels,
                Place = own[i].Place,
            };
        }

        return truth;
    }

    public string Locate(DatasetImage image, in Annotation annotation) => $"{path}: annotations[{annotation.Place}].bbox";

    /// <summary>Name, box and marks of each annotation; the ids in the file make no difference.</summary>
    public byte[] Content(DatasetImage image)
    {
        var content = new List<byte>();
        Span<byte> bytes = stackalloc byte[BoxAndMarksBytes];
        foreach (ref readonly var annotation in Of(image))
        {
            if (!annotation.HasArea)
            {
                continue;
            }

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
