using Pipeline.Shared.Datasets.Coco;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Datasets.Voc;
using Pipeline.Shared.Datasets.Yolo;
using Pipeline.Shared.Files;

namespace Pipeline.Shared.Datasets;

/// <summary>All formats of labelled images, and which of them a path holds.</summary>
public static class DatasetFormats
{
    /// <summary>Of <c>--format</c>: by what is found.</summary>
    public const string Auto = "auto";

    /// <summary>Every format, in the order in which messages name them.</summary>
    public static IReadOnlyList<IDatasetFormat> All { get; } = [new KittiFormat(), new CocoFormat(), new VocFormat(), new YoloFormat()];

    /// <summary>The names of all formats.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(format => format.Name)];

    /// <summary>The format of a name.</summary>
    /// <exception cref="UserErrorException">There is none.</exception>
    public static IDatasetFormat Named(string name) => All.FirstOrDefault(format => format.Name == name)
        ?? throw new UserErrorException($"there is no format '{name}'; there are {string.Join(", ", Names)}.");

    /// <summary>The format that a path holds.</summary>
    /// <param name="path">A file or folder.</param>
    /// <exception cref="UserErrorException">Nothing is there, no format is found, or more than one.</exception>
    public static IDatasetFormat Of(string path) => Of(path, format => format.Evidence(path));

    /// <summary>The format of the labels that a path holds, with or without images.</summary>
    /// <inheritdoc cref="Of(string)" />
    public static IDatasetFormat OfLabels(string path) => Of(path, format => format.LabelEvidence(path));

    private static IDatasetFormat Of(string path, Func<IDatasetFormat, string?> evidence)
    {
        if (FileStatus.Of(path).Kind != FileKind.Folder)
        {
            InputFile.Require(path, "file or folder of a data set");
        }

        (IDatasetFormat Format, string? Evidence)[] tried = [.. All.Select(format => (format, evidence(format)))];
        (IDatasetFormat Format, string? Evidence)[] found = [.. tried.Where(entry => entry.Evidence is not null)];
        if (found.Length == 1)
        {
            return found[0].Format;
        }

        if (found.Length > 1)
        {
            var candidates = string.Join(", ", found.Select(entry => $"{entry.Format.Name} ({entry.Evidence})"));
            throw new UserErrorException($"{path}: this can be read as {candidates}; choose one with --format.");
        }

        var layouts = string.Join("; ", All.Select(format => $"{format.Name}: {format.Layout}"));
        throw new UserErrorException($"{path}: no data set is found here. Formats are {layouts}.");
    }
}
