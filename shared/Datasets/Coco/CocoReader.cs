using System.Text.Json;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Json;

namespace Pipeline.Shared.Datasets.Coco;

/// <summary>
/// Reads an annotation file of any length in one pass, whatever the order of its parts; in a second one when annotations have no box.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="bufferBytes">Of the buffer, unless a text in the file is longer.</param>
internal sealed class CocoReader(string path, int bufferBytes = JsonTokens.UsualBufferBytes)
{
    private readonly CocoIds imageIds = new();
    private readonly CocoIds categoryIds = new();
    private readonly CocoFindings findings = new(path);
    private readonly HashSet<string> lists = new(StringComparer.Ordinal);

    /// <summary>Whether an image without <c>file_name</c> is an error; labels can be used without.</summary>
    public bool NeedsFileNames { get; init; } = true;

    private CocoImageList? images;
    private CocoCategoryList? categories;
    private CocoAnnotationList? annotations;

    /// <exception cref="UserErrorException">The file cannot be read, is not JSON, or no annotation file.</exception>
    public CocoDocument Read()
    {
        images = new CocoImageList(imageIds, findings, NeedsFileNames);
        categories = new CocoCategoryList(categoryIds, findings);
        annotations = new CocoAnnotationList(imageIds, categoryIds, findings);
        InTokens(ReadFile);
        RequireContent();
        if (annotations.WithoutBox.Count > 0)
        {
            InTokens(AddExtents);
        }

        var used = new CocoReferences(findings, images, categories, imageIds.AsJson(), categoryIds.AsJson());
        used.Resolve(annotations.Annotations);
        return new CocoDocument(images.Images, annotations.Annotations, categories.Classes, imageIds, findings, annotations.AreaProblems);
    }

    private delegate void Pass(ref JsonTokens json);

    private void InTokens(Pass pass)
    {
        using var stream = JsonFile.Open(path);
        var json = new JsonTokens(stream, path, bufferBytes);
        try
        {
            pass(ref json);
        }
        catch (JsonException exception)
        {
            throw json.Error(exception);
        }
        catch (IOException exception)
        {
            throw new UserErrorException($"{path}: this annotation file cannot be read: {exception.Message}", exception);
        }
        finally
        {
            json.Dispose();
        }
    }

    private void ReadFile(ref JsonTokens json)
    {
        json.Read();
        if (json.Type == JsonTokenType.StartArray)
        {
            throw new UserErrorException(
                $"{path}: this is a list, as of results; an annotation file is an object with images, annotations and categories.");
        }

        if (json.Type != JsonTokenType.StartObject)
        {
            throw new UserErrorException($"{path}: this is {json.Shown()}; an object with images, annotations and categories is expected.");
        }

        while (json.ReadName())
        {
            ReadMember(ref json);
        }

        json.Read();   // nothing may follow
    }

    private void ReadMember(ref JsonTokens json)
    {
        if (json.Is("images"u8))
        {
            Enter(ref json, "images");
            while (json.ReadElement())
            {
                images!.Read(ref json);
            }
        }
        else if (json.Is("annotations"u8))
        {
            Enter(ref json, "annotations");
            while (json.ReadElement())
            {
                annotations!.Read(ref json);
            }
        }
        else if (json.Is("categories"u8))
        {
            Enter(ref json, "categories");
            while (json.ReadElement())
            {
                categories!.Read(ref json);
            }
        }
        else
        {
            json.Read();
            json.Skip();
        }
    }

    private void Enter(ref JsonTokens json, string list)
    {
        json.Read();
        if (!lists.Add(list))
        {
            throw new UserErrorException($"{path}: {list}: the file has this list twice; join them.");
        }

        if (json.Type != JsonTokenType.StartArray)
        {
            throw new UserErrorException($"{path}: {list}: {json.Shown()} is not a list; a list is expected.");
        }
    }

    private void RequireContent()
    {
        foreach (var list in (string[])["images", "annotations", "categories"])
        {
            if (!lists.Contains(list))
            {
                throw new UserErrorException(
                    $"{path}: there is no list '{list}'; an annotation file has images, annotations and categories.");
            }
        }

        if (images!.Count == 0)
        {
            throw new UserErrorException($"{path}: images: the list is empty; a data set needs images.");
        }

        if (categories!.Count == 0 && annotations!.Count > 0)
        {
            throw new UserErrorException($"{path}: categories: the list is empty; it names the classes of the annotations.");
        }

        if (annotations!.Count > 0 && annotations.CountWithoutRegion == annotations.Count)
        {
            throw new UserErrorException(
                $"{path}: no annotation has a bbox, as in files of captions or panoptic segments; "
                + "name the file with boxes (instances_….json).");
        }
    }

    private void AddExtents(ref JsonTokens json)
    {
        var extents = CocoExtents.Read(ref json, annotations!.WithoutBox);
        var all = annotations.Annotations;
        for (var i = 0; i < all.Count; i++)
        {
            var annotation = all[i];
            if (!annotations.WithoutBox.Contains(annotation.Place))
            {
                continue;
            }

            var box = extents.GetValueOrDefault(annotation.Place);
            all[i] = annotation with { Exact = ExactBox.Of(box) };
            var isRead = extents.ContainsKey(annotation.Place);
            findings.Add(annotation.Image, AboutExtent(annotation.Place, isRead, hasArea: box.Width > 0 && box.Height > 0));
        }

        all.RemoveAll(annotation => annotations.WithoutBox.Contains(annotation.Place) && !extents.ContainsKey(annotation.Place));
    }

    private static AnnotationFinding AboutExtent(int place, bool isRead, bool hasArea)
    {
        if (!isRead)
        {
            const string Unread = "there is no bbox, and no polygon or mask that can be read; the annotation is left out.";
            const string Summary = "annotations have neither a bbox nor a polygon or mask that can be read, and are left out";
            return new AnnotationFinding(place, "segmentation", Unread, Summary);
        }

        const string Used = "there is no bbox; the box around the polygon or mask is used.";
        return hasArea
            ? new AnnotationFinding(place, "segmentation", Used, "annotations have no bbox; the box around their polygon or mask is used")
            : CocoAnnotationList.NoArea(place);
    }
}
