using Pipeline.Shared.Text;

namespace Pipeline.Shared.Datasets.Voc;

/// <summary>Labels in annotation files, each read when it is asked for.</summary>
/// <param name="paths">The annotation file of each image id.</param>
internal sealed class VocLabels(IReadOnlyDictionary<string, string> paths) : ILabelReader
{
    /// <summary>The names that the objects have, in ordinal order.</summary>
    public IReadOnlyList<DatasetClass> Classes()
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in paths.Values)
        {
            names.UnionWith(VocAnnotationFile.Read(path).Objects.Select(entry => entry.Class!));
        }

        return [.. names.Select(name => new DatasetClass(name))];
    }

    public ImageLabels Read(DatasetImage image, int widthPixels, int heightPixels)
    {
        var path = paths[image.Id];
        try
        {
            var annotation = VocAnnotationFile.Read(path);
            var findings = new List<Finding>(annotation.Findings);
            if (annotation.Size is { } declared && declared != (widthPixels, heightPixels))
            {
                findings.Add(BorderFinding.OtherSize($"{path}:{annotation.SizeLine}", declared, (widthPixels, heightPixels)));
            }

            findings.AddRange(OtherImageName(annotation, path, image));
            return new ImageLabels(annotation.Objects, findings);
        }
        catch (UserErrorException exception)
        {
            return new ImageLabels([], [Unreadable(path, exception)]);
        }
    }

    public IReadOnlyList<TruthLabel> Truth(DatasetImage image, int widthPixels, int heightPixels)
    {
        var annotation = VocAnnotationFile.Read(paths[image.Id]);
        var error = annotation.Findings.FirstOrDefault(finding => finding.IsError);
        return error is null ? annotation.Truth : throw new UserErrorException(error.ToString());
    }

    public string Locate(DatasetImage image, in Annotation annotation) => $"{paths[image.Id]}:{annotation.Place}";

    public byte[] Content(DatasetImage image) => VocXml.ReadBytes(paths[image.Id]);

    /// <summary>An error about a whole file, whose message begins with its path and perhaps a line.</summary>
    internal static Finding Unreadable(string path, UserErrorException exception)
    {
        var separator = exception.Message.IndexOf(": ", Math.Min(path.Length, exception.Message.Length), StringComparison.Ordinal);
        return exception.Message.StartsWith(path, StringComparison.Ordinal) && separator >= 0
            ? new Finding(exception.Message[..separator], exception.Message[(separator + 2)..])
            : new Finding(path, exception.Message);
    }

    /// <summary>A <c>filename</c> of another name; another extension or case is usual and nothing is said.</summary>
    private static IEnumerable<Finding> OtherImageName(VocAnnotation annotation, string path, DatasetImage image)
    {
        var name = Path.GetFileName(image.Path);
        var isSame = annotation.ImageName is null || ImageNames.WithoutExtension(annotation.ImageName)
            .Equals(ImageNames.WithoutExtension(name), StringComparison.OrdinalIgnoreCase);
        if (!isSame)
        {
            var message = $"<filename> is {Excerpt.Of(annotation.ImageName)}, but the image of this annotation file is '{name}'.";
            yield return new Finding($"{path}:{annotation.ImageNameLine}", message)
            {
                Summary = "annotation files name another image than the one of their own name, which is taken",
            };
        }
    }
}
