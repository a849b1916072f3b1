using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Shared;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection.Checkpoints;

/// <summary>
/// Gives a new detector the weights of one that has learned: all that does not depend on the classes, and of the rest the rows of the
/// classes that both have. Names are the same whatever their case; classes that only the new one has keep what it began with.
/// </summary>
internal static class DetectorStart
{
    /// <param name="detector">New, with its own first weights.</param>
    /// <param name="labels">Its classes without the background.</param>
    /// <param name="path">A checkpoint of our own, or torchvision's Faster R-CNN trained on COCO.</param>
    /// <param name="log">Receives warnings of values that are not finite; null: nobody is warned.</param>
    /// <returns>What became of the classes.</returns>
    /// <exception cref="UserErrorException">The file is of another architecture, or holds no detector whose classes are known.</exception>
    public static DetectorStartReport Load(FasterRcnn detector, IReadOnlyList<string> labels, string path, ILogger? log = null)
    {
        var warnings = log ?? NullLogger.Instance;
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using var source = DetectorSource.Open(path);
        var state = StateDict.WithoutCounters(StateDict.InOrder(detector));
        WeightLoading.Into(Without(ClassRows.Names, state), Without(ClassRows.Names, source.Tensors), path, warnings, source.Unread);
        var rows = Rows(labels, source.Labels);
        var anew = LoadClasses(state, source, rows, warnings);
        return Report(detector, labels, source, anew);
    }

    private static DetectorStartReport Report(
        FasterRcnn detector,
        IReadOnlyList<string> labels,
        DetectorSource source,
        IReadOnlyList<string> anew)
    {
        var names = source.Labels.Where(name => name.Length > 0).ToArray();
        return new DetectorStartReport(source.Path)
        {
            Kept = [.. labels.Where(label => names.Contains(label, StringComparer.OrdinalIgnoreCase))],
            New = [.. labels.Where(label => !names.Contains(label, StringComparer.OrdinalIgnoreCase))],
            Dropped = [.. names.Where(name => !labels.Contains(name, StringComparer.OrdinalIgnoreCase))],
            Anew = anew,
            OtherSettings = DetectorSettings.Differences(source.Options, detector.Options),
        };
    }

    /// <summary>The background's row, and those of the classes that both have.</summary>
    private static List<(int To, int From)> Rows(IReadOnlyList<string> labels, IReadOnlyList<string> found)
    {
        var rows = new List<(int To, int From)> { (0, 0) };
        for (var index = 0; index < labels.Count; index++)
        {
            var from = found.ToList().FindIndex(name => name.Equals(labels[index], StringComparison.OrdinalIgnoreCase));
            if (from >= 0)
            {
                rows.Add((index + 1, from + 1));
            }
        }

        return rows;
    }

    /// <returns>Layers that keep what the detector began with.</returns>
    private static List<string> LoadClasses(
        Dictionary<string, Tensor> state,
        DetectorSource source,
        List<(int To, int From)> rows,
        ILogger log)
    {
        var anew = new List<string>();
        var taken = new Dictionary<string, Tensor>();
        foreach (var name in ClassRows.Names)
        {
            var layer = state[name];
            var found = Found(name, layer, source);
            var isForAll = ClassRows.IsForAllClasses(name, layer);
            if (isForAll != ClassRows.IsForAllClasses(name, found))
            {
                anew.Add(name);
                continue;
            }

            FloatCheck.Require(source.Path, name, found);
            taken.Add(name, ClassRows.With(name, layer, found, isForAll ? [(0, 0)] : rows));
        }

        WeightLoading.Into(state.Where(entry => taken.ContainsKey(entry.Key)), taken, source.Path, log);
        return anew;
    }

    private static Tensor Found(string name, Tensor layer, DetectorSource source)
    {
        var classes = source.Labels.Count + 1;
        if (source.Tensors.TryGetValue(name, out var found) && ClassRows.Fits(name, found, layer, classes))
        {
            return found;
        }

        var shape = found is null ? "is missing" : $"is [{string.Join(", ", found.shape)}]";
        throw new UserErrorException(
            $"{source.Path}: the weights are of another architecture: {name} {shape}, which is none of {classes} classes "
            + $"(with the background) beside [{string.Join(", ", layer.shape)}].");
    }

    private static Dictionary<string, Tensor> Without(IReadOnlyList<string> names, IReadOnlyDictionary<string, Tensor> tensors) =>
        tensors.Where(entry => !names.Contains(entry.Key)).ToDictionary();
}
