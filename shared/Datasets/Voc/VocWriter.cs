using System.Globalization;
using System.Text;
using System.Xml;
using Pipeline.Shared.Files;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Datasets.Voc;

/// <summary>
/// Writes VOC's layout, all images in one folder. Corners are VOC's: xmin = x1 + 1, ymin = y1 + 1, xmax = x2, ymax = y2, with at most
/// three decimals.
/// </summary>
internal sealed class VocWriter : IDatasetWriter
{
    private const string ImageFolder = "JPEGImages", AnnotationFolder = "Annotations", ListFolder = "ImageSets/Main";

    private readonly string folder;
    private readonly LossCount losses = new();
    private readonly FlatNames names = new();
    private readonly Dictionary<string, string> namesById = new(StringComparer.Ordinal);

    /// <param name="folder">Receives the files.</param>
    /// <param name="classes">All classes.</param>
    /// <exception cref="UserErrorException">XML cannot hold a class's name.</exception>
    public VocWriter(string folder, IReadOnlyList<DatasetClass> classes)
    {
        this.folder = folder;
        if (classes.FirstOrDefault(entry => !CanHold(entry.Name)) is { } unfit)
        {
            throw new UserErrorException(
                $"VOC's XML cannot hold the class {Excerpt.Of(unfit.Name)}: a name needs a visible character, no white space around it, "
                + $"and no control characters; rename it with --label-map.");
        }
    }

    public IReadOnlyDictionary<string, int> Losses => losses.Counts;

    public string Add(DatasetImage image, int widthPixels, int heightPixels, IReadOnlyList<Annotation> annotations)
    {
        var name = names.Of(image);
        var file = name + Path.GetExtension(image.Path);
        if (!CanHold(name))
        {
            throw new UserErrorException($"{image.Path}: VOC's XML and lists cannot hold the name {Excerpt.Of(name)}; rename the image.");
        }

        namesById.Add(image.Id, name);
        AtomicFile.Write(
            Path.Combine(folder, AnnotationFolder, name + ".xml"),
            Annotation(file, widthPixels, heightPixels, annotations));
        return $"{ImageFolder}/{file}";
    }

    public void Finish(IReadOnlyDictionary<string, IReadOnlyList<string>> splits)
    {
        Directory.CreateDirectory(Path.Combine(folder, ImageFolder));
        Directory.CreateDirectory(Path.Combine(folder, AnnotationFolder));
        foreach (var (name, images) in splits)
        {
            ImageList.Write(Path.Combine(folder, ListFolder, name + ".txt"), images.Select(id => namesById[id]));
        }
    }

    private byte[] Annotation(string file, int widthPixels, int heightPixels, IReadOnlyList<Annotation> annotations)
    {
        using var stream = new MemoryStream();
        var settings = new XmlWriterSettings
        {
            Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            Indent = true,
            IndentChars = "\t",
            NewLineChars = "\n",
            NewLineHandling = NewLineHandling.Entitize,
            OmitXmlDeclaration = true,
        };
        using (var xml = XmlWriter.Create(stream, settings))
        {
            xml.WriteStartElement(VocAnnotationFile.Root);
            xml.WriteElementString("folder", ImageFolder);
            xml.WriteElementString("filename", file);
            xml.WriteStartElement("size");
            xml.WriteElementString("width", Text(widthPixels));
            xml.WriteElementString("height", Text(heightPixels));
            xml.WriteElementString("depth", "3");
            xml.WriteEndElement();
            xml.WriteElementString("segmented", "0");
            foreach (var annotation in annotations)
            {
                WriteObject(xml, annotation);
            }

            xml.WriteEndElement();
        }

        return stream.ToArray();
    }

    private void WriteObject(XmlWriter xml, Annotation annotation)
    {
        if (annotation.Class is not { } name)
        {
            losses.Add("regions of any class are left out");
            return;
        }

        var box = annotation.Box;
        double[] corners = [Math.Round(box.X1 + 1.0, 3), Math.Round(box.Y1 + 1.0, 3), Math.Round(box.X2, 3), Math.Round(box.Y2, 3)];
        if (corners[2] <= corners[0] || corners[3] <= corners[1])
        {
            losses.Add("boxes of at most one pixel in width or height, which have no area in VOC's corners, are left out");
            return;
        }

        if (annotation.Marks.HasFlag(AnnotationMarks.Crowd))
        {
            losses.Add("crowd regions are written as difficult");
        }

        xml.WriteStartElement("object");
        xml.WriteElementString("name", name);
        xml.WriteElementString("pose", "Unspecified");
        xml.WriteElementString("truncated", Flag(annotation, AnnotationMarks.Truncated));
        xml.WriteElementString("occluded", Flag(annotation, AnnotationMarks.Occluded));
        xml.WriteElementString("difficult", annotation.IsIgnored ? "1" : "0");
        xml.WriteStartElement("bndbox");
        xml.WriteElementString("xmin", Text(corners[0]));
        xml.WriteElementString("ymin", Text(corners[1]));
        xml.WriteElementString("xmax", Text(corners[2]));
        xml.WriteElementString("ymax", Text(corners[3]));
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static string Flag(Annotation annotation, AnnotationMarks mark) => annotation.Marks.HasFlag(mark) ? "1" : "0";

    private static string Text(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);

    private static bool CanHold(string name)
    {
        try
        {
            XmlConvert.VerifyXmlChars(name);
            return name.Length > 0 && name.Trim() == name && !name.Any(char.IsControl);
        }
        catch (XmlException)
        {
            return false;
        }
    }
}
