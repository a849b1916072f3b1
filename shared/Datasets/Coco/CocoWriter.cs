using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Shared.Files;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Datasets.Coco;

/// <summary>
/// Writes <c>annotations.json</c>; the images belong into <c>images</c>. Ids are those of the data set; images, categories and
/// annotations that have none, or one that is taken, are numbered past the largest.
/// </summary>
internal sealed class CocoWriter : IDatasetWriter
{
    private const string FileName = "annotations.json", ImageFolder = "images";
    private const int FlushBytes = 1 << 16;

    private readonly string folder;
    private readonly IReadOnlyList<DatasetClass> classes;
    private readonly Dictionary<string, int> classIndices = new(StringComparer.Ordinal);
    private readonly HashSet<string> imageIds = new(StringComparer.Ordinal);
    private readonly List<WrittenImage> images = [];
    private readonly List<WrittenAnnotation> annotations = [];
    private readonly LossCount losses = new();

    /// <param name="folder">Receives the file.</param>
    /// <param name="classes">All classes.</param>
    public CocoWriter(string folder, IReadOnlyList<DatasetClass> classes)
    {
        this.folder = folder;
        this.classes = classes;
        foreach (var entry in classes)
        {
            classIndices.Add(entry.Name, classIndices.Count);
        }
    }

    public IReadOnlyDictionary<string, int> Losses => losses.Counts;

    public string Add(DatasetImage image, int widthPixels, int heightPixels, IReadOnlyList<Annotation> annotations)
    {
        if (!imageIds.Add(image.Id))
        {
            throw new UserErrorException($"{image.Path}: there are two images of the id '{image.Id}'; rename one.");
        }

        var fileName = image.Id + Path.GetExtension(image.Path);
        foreach (var annotation in annotations)
        {
            Add(annotation);
        }

        images.Add(new WrittenImage(image.SourceId, fileName, widthPixels, heightPixels));
        return $"{ImageFolder}/{fileName}";
    }

    /// <summary>The file has no place for lists.</summary>
    public void Finish(IReadOnlyDictionary<string, IReadOnlyList<string>> splits)
    {
        Directory.CreateDirectory(Path.Combine(folder, ImageFolder));
        foreach (var (name, list) in splits)
        {
            losses.Add($"images are in the list '{name}', for which COCO's annotation file has no place", list.Count);
        }

        AtomicFile.Write(Path.Combine(folder, FileName), Write);
    }

    private void Add(in Annotation annotation)
    {
        if (annotation.Class is null)
        {
            losses.Add("regions of any class are left out");
            return;
        }

        var isCrowd = annotation.Marks.HasFlag(AnnotationMarks.Crowd);
        if (annotation.Marks.HasFlag(AnnotationMarks.Difficult) && !isCrowd)
        {
            losses.Add("difficult objects are written as crowds");
        }

        if ((annotation.Marks & (AnnotationMarks.Truncated | AnnotationMarks.Occluded)) != 0)
        {
            losses.Add("objects lose that they are truncated or occluded");
        }

        annotations.Add(new WrittenAnnotation(
            Image: images.Count,
            Class: classIndices[annotation.Class],
            Box: annotation.Box,
            Id: annotation.Id,
            IsCrowd: annotation.IsIgnored));
    }

    private void Write(FileStream stream)
    {
        var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using var json = new Utf8JsonWriter(stream, options);
        string[] images = UniqueIds.Of(this.images.Select(image => image.SourceId));
        string[] categories = UniqueIds.Of(classes.Select(entry => Text(entry.Id)));
        string[] own = UniqueIds.Of(annotations.Select(annotation => Text(annotation.Id)));
        json.WriteStartObject();
        WriteImages(json, images);
        WriteAnnotations(json, own, images, categories);
        WriteCategories(json, categories);
        json.WriteEndObject();
    }

    private void WriteImages(Utf8JsonWriter json, string[] ids)
    {
        json.WriteStartArray("images");
        for (var i = 0; i < images.Count; i++)
        {
            json.WriteStartObject();
            WriteId(json, "id", ids[i]);
            json.WriteString("file_name", images[i].FileName);
            json.WriteNumber("width", images[i].WidthPixels);
            json.WriteNumber("height", images[i].HeightPixels);
            json.WriteEndObject();
            FlushIfLong(json);
        }

        json.WriteEndArray();
    }

    private void WriteAnnotations(Utf8JsonWriter json, string[] ids, string[] imageIds, string[] categoryIds)
    {
        json.WriteStartArray("annotations");
        for (var i = 0; i < annotations.Count; i++)
        {
            var (x, y, width, height) = CocoBox.NumbersOf(annotations[i].Box);
            json.WriteStartObject();
            WriteId(json, "id", ids[i]);
            WriteId(json, "image_id", imageIds[annotations[i].Image]);
            WriteId(json, "category_id", categoryIds[annotations[i].Class]);
            json.WriteStartArray("bbox");
            json.WriteNumberValue(x);
            json.WriteNumberValue(y);
            json.WriteNumberValue(width);
            json.WriteNumberValue(height);
            json.WriteEndArray();
            json.WriteNumber("area", CocoBox.Rounded(width * height));
            json.WriteNumber("iscrowd", annotations[i].IsCrowd ? 1 : 0);
            json.WriteEndObject();
            FlushIfLong(json);
        }

        json.WriteEndArray();
    }

    private void WriteCategories(Utf8JsonWriter json, string[] ids)
    {
        json.WriteStartArray("categories");
        for (var i = 0; i < classes.Count; i++)
        {
            json.WriteStartObject();
            WriteId(json, "id", ids[i]);
            json.WriteString("name", classes[i].Name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteId(Utf8JsonWriter json, string name, string id)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(id);
    }

    private static void FlushIfLong(Utf8JsonWriter json)
    {
        if (json.BytesPending > FlushBytes)
        {
            json.Flush();
        }
    }

    private static string? Text(long? id) => id?.ToString(CultureInfo.InvariantCulture);

    /// <summary>An image of the new set.</summary>
    private readonly record struct WrittenImage(string? SourceId, string FileName, int WidthPixels, int HeightPixels);

    /// <summary>An annotation of the new set.</summary>
    /// <param name="Image">Index of its image.</param>
    /// <param name="Class">Index of its class.</param>
    /// <param name="Box">Corners in continuous pixels.</param>
    /// <param name="Id">Its number in the old set.</param>
    /// <param name="IsCrowd">Whether detections here count neither for nor against.</param>
    private readonly record struct WrittenAnnotation(int Image, int Class, Box Box, long? Id, bool IsCrowd);
}
