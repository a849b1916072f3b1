using Pipeline.Shared.Text;

namespace Pipeline.Shared.Datasets.Coco;

/// <summary>
/// The folder of the images. The format does not say where it is, so the first names are looked for in the places where people have it:
/// beside the annotation file, in its folder <c>images</c>, and in the folder above, there also in one that is named like the split
/// (<c>annotations/instances_val2017.json</c> with <c>val2017/</c>). Where none is found by its whole path, the ends of the paths count.
/// </summary>
internal sealed class CocoImageRoot
{
    private const int FirstNames = 100;
    private const int MostNames = 5000;

    private readonly ListedFolders folders;
    private readonly bool endsCount;

    private CocoImageRoot(ListedFolders folders, bool endsCount)
    {
        this.folders = folders;
        this.endsCount = endsCount;
    }

    /// <summary>The folder.</summary>
    public string Folder => folders.Root;

    /// <summary>The images that are in a folder below it.</summary>
    public IEnumerable<string> Images(string folder) => folders.Images(folder);

    /// <param name="annotationFile">The annotation file.</param>
    /// <param name="images">Its images.</param>
    /// <exception cref="UserErrorException">None of the images is found.</exception>
    public static CocoImageRoot Of(string annotationFile, IReadOnlyList<CocoImage> images)
    {
        ListedFolders[] candidates = [.. Candidates(annotationFile).Where(Directory.Exists).Select(folder => new ListedFolders(folder))];
        foreach (var number in (int[])[FirstNames, MostNames])
        {
            CocoFileName[] names = [.. images.Take(number).Select(image => CocoFileName.Of(image.FileName))];
            foreach (var endsCount in (bool[])[false, true])
            {
                var roots = candidates.Select(folders => new CocoImageRoot(folders, endsCount));
                var best = roots.MaxBy(root => names.Count(name => root.Find(name) is not null))!;
                if (names.Any(name => best.Find(name) is not null))
                {
                    return best;
                }
            }
        }

        var tried = string.Join(", ", candidates.Select(folders => folders.Root));
        throw new UserErrorException(
            $"{annotationFile}: none of its images is there, the first is '{Excerpt.Line(images[0].FileName)}'; "
            + $"folders looked through: {tried}. Put the images into one of them.");
    }

    /// <summary>The path of an image below this folder; null when it is not there.</summary>
    public string? Find(CocoFileName name) => endsCount || name.IsForeign
        ? name.Ends().Select(folders.Find).FirstOrDefault(found => found is not null)
        : folders.Find(name.Relative);

    private static IEnumerable<string> Candidates(string annotationFile)
    {
        var folder = Path.GetDirectoryName(annotationFile) is { Length: > 0 } above ? above : ".";
        var parent = Path.GetDirectoryName(Path.GetFullPath(folder));
        var stem = Path.GetFileNameWithoutExtension(annotationFile);
        var split = stem[(stem.LastIndexOf('_') + 1)..];
        foreach (var place in (string?[])[folder, parent])
        {
            if (place is null)
            {
                continue;
            }

            yield return place;
            string[] below = ["images", split, $"images/{split}", stem, "data", "JPEGImages"];
            foreach (var name in below.Distinct())
            {
                yield return Path.Combine(place, name);
            }
        }
    }
}
