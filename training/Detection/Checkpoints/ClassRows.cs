using static TorchSharp.torch;

namespace Pipeline.Training.Detection.Checkpoints;

/// <summary>
/// The layers of a Faster R-CNN that have rows for its classes, row 0 for the background: a row of scores, and four of box deltas
/// unless one box serves all classes.
/// </summary>
internal static class ClassRows
{
    public const string Scores = Prefix + "cls_score.weight";
    private const string Prefix = "roi_heads.box_predictor.", BoxLayer = Prefix + "bbox_pred";
    private const int RowsOfBox = 4;

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyList<string> Names { get; } = [Scores, Prefix + "cls_score.bias", BoxLayer + ".weight", BoxLayer + ".bias"];

    /// <summary>Whether a layer holds one box for all classes; one for each has twice as many rows at least.</summary>
    public static bool IsForAllClasses(string name, Tensor layer) => IsBoxes(name) && layer.shape[0] == RowsOfBox;

    /// <summary>Whether the rows of a layer are those of its classes, and its columns those of another.</summary>
    /// <param name="name">The layer.</param>
    /// <param name="found">Its tensor in the file.</param>
    /// <param name="needed">The detector's tensor.</param>
    /// <param name="classes">The file's classes with the background.</param>
    public static bool Fits(string name, Tensor found, Tensor needed, int classes)
    {
        if (found.dim() != needed.dim() || !found.shape.Skip(1).SequenceEqual(needed.shape.Skip(1)))
        {
            return false;
        }

        var rows = IsBoxes(name) ? RowsOfBox * classes : classes;
        return found.shape[0] == rows || IsForAllClasses(name, found);
    }

    /// <summary>A layer with the rows of some classes from another and the rest as it was.</summary>
    /// <param name="name">The layer.</param>
    /// <param name="layer">The detector's.</param>
    /// <param name="source">The file's.</param>
    /// <param name="rows">Which class takes which: indices with the background as 0.</param>
    /// <returns>A new tensor on the CPU.</returns>
    public static Tensor With(string name, Tensor layer, Tensor source, IReadOnlyList<(int To, int From)> rows)
    {
        var result = layer.detach().cpu().clone();
        var height = IsBoxes(name) ? RowsOfBox : 1;
        foreach (var (to, from) in rows)
        {
            result.narrow(0, to * height, height).copy_(source.narrow(0, from * height, height));
        }

        return result;
    }

    private static bool IsBoxes(string name) => name.StartsWith(BoxLayer, StringComparison.Ordinal);
}
