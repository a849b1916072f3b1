namespace Pipeline.Shared.Datasets.Kitti;

/// <summary>Labels of a folder in KITTI's layout: a text file for each image, read when it is asked for.</summary>
/// <param name="paths">The label file of each image id.</param>
internal sealed class KittiLabels(IReadOnlyDictionary<string, string> paths) : ILabelReader
{
    /// <summary>KITTI's own classes, if the labels name no other; otherwise those that they name, KITTI's first.</summary>
    public IReadOnlyList<DatasetClass> Classes()
    {
        var types = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in paths.Values)
        {
            types.UnionWith(KittiLabelFile.ReadLines(path).Select(line => line.Object?.Type).OfType<string>());
        }

        var others = types.Except(KittiClasses.Known).Order(StringComparer.Ordinal).ToArray();
        var names = others.Length == 0 ? KittiClasses.Default : [.. KittiClasses.Default.Where(types.Contains), .. others];
        return [.. names.Select(name => new DatasetClass(name))];
    }

    public ImageLabels Read(DatasetImage image, int widthPixels, int heightPixels)
    {
        var path = paths[image.Id];
        try
        {
            return Labels(KittiLabelFile.ReadLines(path), path);
        }
        catch (UserErrorException exception)
        {
            return new ImageLabels([], [Finding.Of(path, exception)]);
        }
    }

    public IReadOnlyList<TruthLabel> Truth(DatasetImage image, int widthPixels, int heightPixels)
    {
        var lines = KittiLabelFile.ReadLines(paths[image.Id]);
        var error = lines.SelectMany(line => line.Findings).FirstOrDefault(finding => finding.IsError);
        return error is null
            ? [.. lines.Select(line => line.Truth).OfType<TruthLabel>()]
            : throw new UserErrorException(error.ToString());
    }

    public string Locate(DatasetImage image, in Annotation annotation) => $"{paths[image.Id]}:{annotation.Place}";

    public byte[] Content(DatasetImage image) => File.ReadAllBytes(paths[image.Id]);

    private static ImageLabels Labels(IReadOnlyList<KittiLabelLine> lines, string path)
    {
        var annotations = new List<Annotation>();
        var findings = new List<Finding>();
        foreach (var line in lines)
        {
            findings.AddRange(line.Findings);
            if (line.Object is { } entry)
            {
                annotations.Add(entry.ToAnnotation(line.Number));
                findings.AddRange(KittiFindings.About(entry, $"{path}:{line.Number}"));
            }
        }

        return new ImageLabels(annotations, findings);
    }
}
