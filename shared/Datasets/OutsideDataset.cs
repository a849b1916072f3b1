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
        for (var path = Path.GetFullPath(output); path is not null; path = Path.GetDirectoryName(path))
        {
            if (inside.Contains(FileStatus.Of(path).Identity))
            {
                throw new UserErrorException(
                    $"{output}: this is inside the data set, in {path}; choose a place outside of it with --output.");
            }
        }
    }
}
