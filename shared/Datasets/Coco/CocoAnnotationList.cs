using System.Text.Json;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Json;

namespace Pipeline.Shared.Datasets.Coco;

/// <summary>
/// Reads the entries of <c>annotations</c>. A million of them is usual: no object is made for one that is as it should be.
/// </summary>
internal sealed class CocoAnnotationList(CocoIds imageIds, CocoIds categoryIds, CocoFindings findings)
{
    private const string List = "annotations";

    private readonly List<CocoAnnotation> annotations = [];

    /// <summary>Those that have an image, a category and a box, even one without area, or none yet.</summary>
    public List<CocoAnnotation> Annotations => annotations;

    /// <summary>Places of those that have a polygon or mask in place of a box.</summary>
    public HashSet<int> WithoutBox { get; } = [];

    /// <summary>What is wrong with the area of an annotation, by its place.</summary>
    public Dictionary<int, string> AreaProblems { get; } = [];

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them have neither a box nor a polygon or mask.</summary>
    public int CountWithoutRegion { get; private set; }

    /// <summary>Reads the entry whose first token is the current one.</summary>
    public void Read(ref JsonTokens json)
    {
        var place = Count;
        Count++;
        if (json.Type != JsonTokenType.StartObject)
        {
            findings.AddError(List, place, "", $"{json.Shown()} is not an annotation; an object with image_id and bbox is expected.");
            json.Skip();
            return;
        }

        var entry = CocoAnnotationEntry.Read(ref json, imageIds, categoryIds);
        if (entry.Image < 0)
        {
            findings.AddError(List, place, "image_id", entry.ImageProblem ?? "there is none; name the image of every annotation.");
            return;
        }

        if (entry.IdIsText)
        {
            const string Message = "this id is text; annotations keep only numbers.";
            findings.Add(entry.Image, new AnnotationFinding(place, "id", Message, "annotations have a text as id, which is not kept"));
        }

        if (entry.Error is { } error)
        {
            findings.Add(entry.Image, new AnnotationFinding(place, error.Member, error.Message));
        }

        Add(entry, place);
    }

    private void Add(in CocoAnnotationEntry entry, int place)
    {
        if (entry.Box is null && !entry.HasBoxError && !entry.HasSegmentation)
        {
            CountWithoutRegion++;
            const string Message = "there is none, nor a segmentation; add [x, y, width, height].";
            findings.Add(entry.Image, new AnnotationFinding(place, "bbox", Message));
        }

        if (entry.Error is not null || (entry.Box is null && !entry.HasSegmentation))
        {
            return;
        }

        if (entry.Box is null)
        {
            WithoutBox.Add(place);
        }

        if (entry.AreaProblem is { } areaProblem)
        {
            AreaProblems.Add(place, areaProblem);
        }

        var annotation = new CocoAnnotation(
            Image: entry.Image,
            Class: entry.Category,
            Place: place,
            Marks: entry.Marks,
            Id: entry.Id)
        {
            Exact = entry.Box ?? default(ExactBox),
            AreaPixels = entry.AreaPixels,
        };
        if (entry.Box is not null && !annotation.HasArea)
        {
            findings.Add(entry.Image, NoArea(place));
        }

        annotations.Add(annotation);
    }

    /// <summary>A box without area.</summary>
    public static AnnotationFinding NoArea(int place) =>
        new(place, "bbox", "the box has no area; it is left out.", "boxes without area are left out");
}
