using Pipeline.Shared.Files;

namespace Pipeline.Shared.Datasets;

/// <summary>Where something made from a data set may be written: never among its images, where it would become a part of it.</summary>
public static class OutsideDataset
{
    /// <summary>Requires that a path is not below the data set's folder, nor in a folder of its images.</summary>
    /// <exception cref="UserErrorException">It is.</exception>
    public static void RequireFolder(Dataset dataset, string output) => Require(dataset, output, [dataset.Root]);

    /// <summary>Requires that a path is not in a folder of the data set's images.</summary>
    /// <exception cref="UserErrorException">It is.</exception>
    public static void RequireFile(Dataset dataset, string output) => Require(dataset, output, []);

    private static void Require(Dataset dataset, string output, IEnumerable<string> folders)
    {
        var imageFolders = dataset.Images.Concat(dataset.Unlabeled).Select(image => Path.GetDirectoryName(image.Path)!).Distinct();
        var inside = folders.Concat(imageFolders).Select(folder => FileStatus.Of(folder).Identity).ToHashSet(StringComparer.Ordinal);
        inside.Remove("");
        if (Above(output).FirstOrDefault(path => inside.Contains(FileStatus.Of(path).Identity)) is { } found)
        {
            throw new UserErrorException(
                $"{output}: this is inside the data set, in {found}; choose a place outside of it with --output.");
        }
    }

    /// <summary>The path and the folders above it; above a link, those of its target, too.</summary>
    private static IEnumerable<string> Above(string output)
    {
        var waiting = new Queue<string>([Path.GetFullPath(output)]);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (waiting.TryDequeue(out var start))
        {
            for (var path = start; path is not null && seen.Add(path); path = Path.GetDirectoryName(path))
            {
                yield return path;
                if (FileStatus.Of(path).Kind == FileKind.Folder && Directory.ResolveLinkTarget(path, returnFinalTarget: true) is { } target)
                {
                    waiting.Enqueue(target.FullName);
                }
            }
        }
    }
}
