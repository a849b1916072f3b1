namespace Pipeline.Shared.Datasets.Checking;

/// <summary>How often a class occurs.</summary>
/// <param name="Name">The class.</param>
/// <param name="Objects">Its objects that are not ignored.</param>
/// <param name="Images">Images with such an object.</param>
/// <param name="Ignored">Crowds and difficult objects of the class.</param>
public sealed record ClassCount(string Name, int Objects, int Images, int Ignored);

/// <summary>Objects by COCO's size classes; the area is that of the box.</summary>
/// <param name="Small">Less than 32² pixels.</param>
/// <param name="Medium">Less than 96² pixels.</param>
/// <param name="Large">All others.</param>
public sealed record ObjectSizeCounts(int Small, int Medium, int Large);

/// <summary>What labels contain; where a line is wrong, the others count.</summary>
/// <param name="Classes">In the order of the data set; classes that only labels name follow by name.</param>
/// <param name="Sizes">Sizes of the objects.</param>
/// <param name="RegionsOfAnyClass">Regions to ignore that belong to no class (KITTI's DontCare).</param>
/// <param name="ImagesWithoutObjects">Ids of images whose labels are in order and hold no object that is not ignored.</param>
public sealed record ContentTally(
    IReadOnlyList<ClassCount> Classes,
    ObjectSizeCounts Sizes,
    int RegionsOfAnyClass,
    IReadOnlyList<string> ImagesWithoutObjects)
{
    private const float SmallArea = 32 * 32, MediumArea = 96 * 96;

    /// <summary>Objects of all classes that are not ignored.</summary>
    public int Objects => Classes.Sum(entry => entry.Objects);

    /// <summary>Ignored objects and regions.</summary>
    public int Ignored => Classes.Sum(entry => entry.Ignored) + RegionsOfAnyClass;

    internal static ContentTally Of(IEnumerable<CheckedImage> images, IReadOnlyList<DatasetClass> declared)
    {
        var all = images.ToArray();
        var annotations = all.SelectMany(image => image.Annotations).ToArray();
        var objects = annotations.Where(annotation => !annotation.IsIgnored).ToArray();
        return new ContentTally(
            ClassesOf(all, declared),
            SizesOf(objects),
            annotations.Count(annotation => annotation.Class is null),
            [.. all.Where(HasNoObject).Select(image => image.Image.Id)]);
    }

    private static bool HasNoObject(CheckedImage image) =>
        image.HasWholeLabels && image.Annotations.All(annotation => annotation.IsIgnored);

    private static ObjectSizeCounts SizesOf(Annotation[] objects)
    {
        float[] areas = [.. objects.Select(annotation => annotation.Box.Width * annotation.Box.Height)];
        var small = areas.Count(area => area < SmallArea);
        var smallOrMedium = areas.Count(area => area < MediumArea);
        return new ObjectSizeCounts(Small: small, Medium: smallOrMedium - small, Large: areas.Length - smallOrMedium);
    }

    private static ClassCount[] ClassesOf(CheckedImage[] images, IReadOnlyList<DatasetClass> declared)
    {
        var counts = new Dictionary<string, ClassCount>(StringComparer.Ordinal);
        foreach (var image in images)
        {
            foreach (var group in image.Annotations.Where(entry => entry.Class is not null).GroupBy(entry => entry.Class!))
            {
                var objects = group.Count(entry => !entry.IsIgnored);
                var before = counts.GetValueOrDefault(group.Key, None(group.Key));
                counts[group.Key] = new ClassCount(
                    group.Key,
                    Objects: before.Objects + objects,
                    Images: before.Images + Math.Sign(objects),
                    Ignored: before.Ignored + group.Count() - objects);
            }
        }

        string[] first = [.. declared.Select(entry => entry.Name).Distinct(StringComparer.Ordinal)];
        var others = counts.Keys.Except(first, StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return [.. first.Concat(others).Select(name => counts.GetValueOrDefault(name, None(name)))];
    }

    private static ClassCount None(string name) => new(name, Objects: 0, Images: 0, Ignored: 0);
}
