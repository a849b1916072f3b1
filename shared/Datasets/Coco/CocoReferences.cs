using System.Runtime.InteropServices;

namespace Pipeline.Shared.Datasets.Coco;

/// <summary>
/// Finds the images and classes that annotations name, once the whole file is read; annotations that name others are errors and are
/// removed.
/// </summary>
/// <param name="findings">Receives the errors.</param>
/// <param name="images">All images of the file.</param>
/// <param name="categories">All categories of the file.</param>
/// <param name="imageIds">Image ids by their index, for messages.</param>
/// <param name="categoryIds">Category ids by their index, for messages.</param>
internal sealed class CocoReferences(
    CocoFindings findings, CocoImageList images, CocoCategoryList categories, string[] imageIds, string[] categoryIds)
{
    private readonly HashSet<string> known = [.. images.Ids.Select(id => imageIds[id])];

    /// <summary>Replaces the index of each annotation's category by that of its class.</summary>
    public void Resolve(List<CocoAnnotation> annotations)
    {
        var all = CollectionsMarshal.AsSpan(annotations);
        for (var i = 0; i < all.Length; i++)
        {
            var annotation = all[i];
            var found = categories.ClassOf(annotation.Class);
            if (!images.Has(annotation.Image))
            {
                findings.AddError("annotations", annotation.Place, "image_id", UnknownImage(imageIds[annotation.Image]));
                found = -1;
            }
            else if (found < 0)
            {
                var message = $"{categoryIds[annotation.Class]} is not the id of a category; add it to categories, or correct this.";
                findings.Add(annotation.Image, new AnnotationFinding(annotation.Place, "category_id", message));
            }

            all[i] = annotation with { Class = found };
        }

        RefuseRepeatedIds(annotations);
        annotations.RemoveAll(annotation => annotation.Class < 0);
    }

    private string UnknownImage(string id)
    {
        var other = id[0] == '"' ? id.Trim('"') : $"\"{id}\"";
        return known.Contains(other)
            ? $"{id} is not the id of an image, but {other} is; write ids as numbers or as texts in both places."
            : $"{id} is not the id of an image; add it to images, or remove the annotation.";
    }

    private void RefuseRepeatedIds(List<CocoAnnotation> annotations)
    {
        int[] indices = [.. Enumerable.Range(0, annotations.Count).Where(i => annotations[i].Id is not null)];
        var ids = Array.ConvertAll(indices, i => annotations[i].Id!.Value);
        Array.Sort(ids, indices);
        for (var first = 0; first < ids.Length;)
        {
            var next = first + 1;
            while (next < ids.Length && ids[next] == ids[first])
            {
                next++;
            }

            if (next > first + 1)
            {
                RefuseRepeated([.. indices[first..next].Select(i => annotations[i])]);
            }

            first = next;
        }
    }

    private void RefuseRepeated(CocoAnnotation[] same)
    {
        var firstPlace = same.Min(annotation => annotation.Place);
        foreach (var annotation in same.Where(annotation => annotation.Place != firstPlace))
        {
            var message = $"{annotation.Id} is already the id of annotations[{firstPlace}]; give each its own.";
            findings.Add(annotation.Image, new AnnotationFinding(annotation.Place, "id", message));
        }
    }
}
