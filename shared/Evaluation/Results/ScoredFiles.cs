using System.Collections.Immutable;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Files;

namespace Pipeline.Shared.Evaluation.Results;

/// <summary>Labels and results that are in files.</summary>
public sealed record ScoredFiles
{
    /// <summary>The labels: a file or folder of any format; images need not be there, except YOLO's.</summary>
    public required string GroundTruth { get; init; }

    /// <summary>The detections: a file of COCO's results, or a folder of KITTI's.</summary>
    public required string Detections { get; init; }

    /// <summary>Format of the labels; <c>auto</c>: recognized.</summary>
    public string Format { get; init; } = DatasetFormats.Auto;

    /// <summary>A list of image ids, or the name of one of the data set's own; null: all images with labels.</summary>
    public string? Split { get; init; }

    /// <summary>The classes that are measured; empty: all that the labels have.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>Classes of labels and detections that become another class.</summary>
    public IReadOnlyDictionary<string, string> LabelMap { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether detections of every class are kept, also of those that are not measured by default.</summary>
    public bool KeepsAllClasses { get; init; }

    /// <summary>Reads labels and detections.</summary>
    /// <param name="remark">Receives warnings, one line each.</param>
    /// <param name="progress">Told while results are read; may be null.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="UserErrorException">Something in the files is wrong; the message has file and line, or the JSON path.</exception>
    /// <remarks>A detection takes up to 112 bytes while results are read, and 64 afterwards.</remarks>
    public ResultProblem Read(Action<string> remark, IProgress<ResultProgress>? progress, CancellationToken cancellation)
    {
        RequireReadable(GroundTruth, "labels");
        RequireReadable(Detections, "results");
        var truth = Dataset.OpenLabels(GroundTruth, Format);
        var ids = Split is null ? truth.ImageIds : ImageList.Read(Split, truth);
        var labels = LabelsOf(truth, remark);
        var names = new ResultNames(truth, ids, labels, areClassesListed: Classes.Count > 0);
        var objects = new TruthRows(truth, names).Read(cancellation);
        var collector = FileStatus.Of(Detections).Kind == FileKind.Folder
            ? new KittiResultReader(Detections, names).Read(progress, cancellation)
            : new CocoResultReader(Detections, names).Read(progress, cancellation);
        foreach (var line in truth.Remarks().Concat(collector.Notes.Remarks()))
        {
            remark(line);
        }

        var problem = new EvaluationProblem(
            ImageIds: [.. names.Images.Select(image => image.Id)],
            Labels: labels,
            TruthClasses: objects.Classes,
            Objects: objects.Objects,
            Detections: collector.Detections());
        return new ResultProblem(problem, names.Images, truth.Classes);
    }

    private LabelMap LabelsOf(Dataset truth, Action<string> remark)
    {
        string[] all = [.. truth.Classes.Select(entry => entry.Name)];
        foreach (var name in Classes.Where(name => !all.Contains(name) && !LabelMap.Values.Contains(name)))
        {
            remark($"warning: {truth.Root}: {UnknownClass.Message(name, all)}");
        }

        var named = Classes.Count == 0 && truth.Format is KittiFormat ? OfKitti(all) : Classes;
        return new LabelMap(Datasets.LabelMap.ClassesOf(named, LabelMap, truth), LabelMap);
    }

    /// <summary>
    /// Where labels have one of KITTI's classes, in letters of any case, detections may have them all: Misc, too, if nothing is left out.
    /// </summary>
    private string[] OfKitti(string[] classes)
    {
        var known = KeepsAllClasses ? KittiClasses.Known.Where(name => name != KittiClasses.DontCare) : KittiClasses.Default;
        var areKittis = classes.Intersect(known, StringComparer.OrdinalIgnoreCase).Any();
        var added = areKittis ? known.Except(classes, StringComparer.OrdinalIgnoreCase) : [];
        return [.. classes.Concat(added).Where(name => !LabelMap.ContainsKey(name))];
    }

    /// <summary>Compressed files are refused by name: whatever is in them, nothing here reads it.</summary>
    private static void RequireReadable(string path, string noun)
    {
        if (FileStatus.Of(path).Kind == FileKind.Folder)
        {
            return;
        }

        using var stream = InputFile.Open(path, $"file or folder of {noun}");
        Span<byte> beginning = stackalloc byte[2];
        var count = stream.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false);
        if (count == 0)
        {
            throw new UserErrorException($"{path}: the file is empty; results without detections are an empty list, [].");
        }

        if (beginning is [0x1F, 0x8B] or [(byte)'P', (byte)'K'])
        {
            var how = beginning[0] == 'P' ? "a zip archive; unpack it, and name the folder" : "compressed; unpack it with gunzip";
            throw new UserErrorException($"{path}: this file is {how}.");
        }
    }
}

/// <summary>Labels and detections, and what a writer of results needs of the labels.</summary>
/// <param name="Problem">What metrics start from.</param>
/// <param name="Images">The images, in the order of the problem.</param>
/// <param name="Classes">All classes of the labels, with the numbers that they give them.</param>
public sealed record ResultProblem(
    EvaluationProblem Problem, ImmutableArray<DatasetImage> Images, IReadOnlyList<DatasetClass> Classes);
