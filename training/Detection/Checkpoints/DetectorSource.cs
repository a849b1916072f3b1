using Pipeline.Shared;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Checkpoints.Import;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection.Checkpoints;

/// <summary>The weights of a detector, in memory: our own checkpoint's, or those of a torchvision Faster R-CNN trained on COCO.</summary>
/// <param name="path">Named in error messages.</param>
/// <param name="owner">Frees the tensors.</param>
internal sealed class DetectorSource(string path, IDisposable owner) : IDisposable
{
    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>By name, without counters of batches.</summary>
    public required IReadOnlyDictionary<string, Tensor> Tensors { get; init; }

    /// <summary>Tensors of the file that are not read: what each is.</summary>
    public IReadOnlyDictionary<string, string> Unread { get; init; } = new Dictionary<string, string>();

    /// <summary>The classes without the background; an empty name is none.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>What it was built from; null where the file does not say it.</summary>
    public DetectorOptions? Options { get; init; }

    /// <param name="path">
    /// A checkpoint of <c>finetune</c> or <c>import --as detector</c>; or torchvision's <c>.pth</c> or <c>.safetensors</c>.
    /// </param>
    /// <exception cref="UserErrorException">The file is missing or damaged, holds no detector, or does not name its classes.</exception>
    public static DetectorSource Open(string path) => DetectorCheckpoint.IsDetectorCheckpoint(path) ? OpenOwn(path) : OpenForeign(path);

    /// <inheritdoc />
    public void Dispose() => owner.Dispose();

    private static DetectorSource OpenOwn(string path)
    {
        var content = SafetensorsFile.Read(path, ImportHint.Detector);
        try
        {
            var (options, labels) = DetectorCheckpoint.Description(content, path);
            return new DetectorSource(path, content)
            {
                Tensors = StateDict.WithoutCounters(content.Tensors),
                Unread = content.Unread,
                Labels = labels,
                Options = options,
            };
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    private static DetectorSource OpenForeign(string path)
    {
        var foreign = ForeignWeights.Read(path);
        try
        {
            var tensors = new SortedWeights(path, foreign).Detector();
            var rows = tensors.TryGetValue(ClassRows.Scores, out var scores) && scores.dim() > 0 ? scores.shape[0] : 0;
            return rows == CocoClasses.Rows
                ? new DetectorSource(path, foreign) { Tensors = StateDict.WithoutCounters(tensors), Labels = CocoClasses.ByRow }
                : throw new UserErrorException(Unknown(path, rows));
        }
        catch
        {
            foreign.Dispose();
            throw;
        }
    }

    private static string Unknown(string path, long rows)
    {
        if (rows == 0)
        {
            return $"{path}: there is no Faster R-CNN in it: {ClassRows.Scores} is missing. "
                + "Name a file of only a residual network with --backbone-weights.";
        }

        return $"{path}: it has {rows - 1} classes and does not name them; name them once with: {ImportHint.Detector.For(path)}.";
    }
}
