using Pipeline.Shared.Imaging;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Datasets.Voc;

/// <summary>
/// Which annotation file belongs to which image: the one with the image's path and name, as VOC has it; else the only one with its name,
/// in whatever folder; else the one whose <c>filename</c> names it, with a warning. <c>path</c> and <c>folder</c> are never followed.
/// </summary>
/// <param name="images">The images, by id.</param>
/// <param name="findings">Receives an error for each annotation file without image, and warnings.</param>
internal sealed class VocPairs(IReadOnlyDictionary<string, string> images, List<Finding> findings)
{
    private readonly Dictionary<string, string> annotationFiles = new(StringComparer.Ordinal);
    private readonly ILookup<string, string> idsByName = images.Keys.ToLookup(NameOf, StringComparer.Ordinal);

    /// <summary>The annotation file of each image that has one, by the image's id.</summary>
    public IReadOnlyDictionary<string, string> AnnotationFiles => annotationFiles;

    /// <param name="annotations">The annotation files, by id.</param>
    public void Match(IReadOnlyDictionary<string, string> annotations)
    {
        var left = new List<(string Id, string Path)>();
        foreach (var (id, path) in annotations)
        {
            if (images.ContainsKey(id))
            {
                annotationFiles.Add(id, path);
            }
            else
            {
                left.Add((id, path));
            }
        }

        foreach (var group in left.GroupBy(file => NameOf(file.Id), StringComparer.Ordinal))
        {
            MatchByName(group.Key, [.. group.Select(file => file.Path)]);
        }
    }

    private void MatchByName(string name, string[] files)
    {
        string[] free = [.. idsByName[name].Where(id => !annotationFiles.ContainsKey(id))];
        if (free.Length == 1 && files.Length == 1)
        {
            annotationFiles.Add(free[0], files[0]);
            return;
        }

        foreach (var file in files)
        {
            if (free.Length > 0)
            {
                var counts = $"{files.Length} annotation files and {free.Length} images";
                findings.Add(new Finding(file, $"{counts} have this name in folders that differ; give both the same folders."));
            }
            else
            {
                MatchByContent(file, name);
            }
        }
    }

    private void MatchByContent(string file, string name)
    {
        try
        {
            MatchByImageName(file, name, VocAnnotationFile.Read(file));
        }
        catch (UserErrorException exception)
        {
            findings.Add(VocLabels.Unreadable(file, exception));
        }
    }

    private void MatchByImageName(string file, string name, VocAnnotation annotation)
    {
        var named = annotation.ImageName is null ? "" : ImageNames.WithoutExtension(annotation.ImageName);
        string[] found = [.. idsByName[named]];
        if (found.Length != 1)
        {
            var other = annotation.ImageName is null ? "" : $", nor the one that its <filename> names, {Excerpt.Of(annotation.ImageName)}";
            var advice = $"add the image ({ImageFormats.Extensions}) or remove this file";
            findings.Add(new Finding(file, $"there is no image '{Excerpt.Line(name)}'{other}; {advice}."));
            return;
        }

        if (!annotationFiles.TryAdd(found[0], file))
        {
            findings.Add(new Finding(file, $"its image, {images[found[0]]}, has annotations in {annotationFiles[found[0]]}; keep one."));
            return;
        }

        var message = $"there is no image '{Excerpt.Line(name)}'; the image that its <filename> names is taken, {images[found[0]]}.";
        findings.Add(new Finding(file, message)
        {
            Summary = "annotation files have another name than their image and were matched by their <filename>",
        });
    }

    private static string NameOf(string id) => id[(id.LastIndexOf('/') + 1)..];
}
