using System.Collections.Immutable;
using Pipeline.Shared.Evaluation.Rules;

namespace Pipeline.Shared.Evaluation.Coco;

/// <summary>Objects that take part and all detections, grouped by class and then by image.</summary>
internal sealed class CocoProblem
{
    private readonly RowGroups objects;
    private readonly RowGroups detections;

    private CocoProblem(CocoTruth[] truth, RowGroups objects, ImmutableArray<FoundObject> found, RowGroups detections, int classes)
    {
        Truth = truth;
        this.objects = objects;
        Found = found;
        this.detections = detections;
        Classes = classes;
    }

    /// <summary>Number of measured classes.</summary>
    public int Classes { get; }

    /// <summary>By image.</summary>
    public CocoTruth[] Truth { get; }

    /// <summary>By image.</summary>
    public ImmutableArray<FoundObject> Found { get; }

    /// <param name="problem">Its rows are by image.</param>
    /// <param name="rules">What is done with its objects.</param>
    public static CocoProblem Of(EvaluationProblem problem, TruthRules rules)
    {
        var classes = problem.Labels.Classes.Count;
        var ruled = rules.Of(problem);
        var truth = new CocoTruth[ruled.Count];
        var truthClasses = new int[ruled.Count];
        for (var i = 0; i < truth.Length; i++)
        {
            truth[i] = new CocoTruth(in problem.Objects.ItemRef(ruled[i].Row), ruled[i].Role);
            truthClasses[i] = ruled[i].Class;
        }

        var foundClasses = new int[problem.Detections.Length];
        for (var i = 0; i < foundClasses.Length; i++)
        {
            var label = problem.Detections.ItemRef(i).Class;
            foundClasses[i] = label < 0 ? classes : label;   // an unknown class, which is left out
        }

        return new CocoProblem(
            truth, RowGroups.Of(truthClasses, classes), problem.Detections, RowGroups.Of(foundClasses, classes), classes);
    }

    /// <summary>Indices into <see cref="Truth"/> of a class, by image.</summary>
    public ReadOnlySpan<int> ObjectsOf(int label) => objects.Rows(label);

    /// <summary>Indices into <see cref="Found"/> of a class, by image.</summary>
    public ReadOnlySpan<int> DetectionsOf(int label) => detections.Rows(label);
}

/// <summary>An object, or a region to ignore.</summary>
/// <param name="truth">Of the labels.</param>
/// <param name="role">What is done with it.</param>
internal readonly struct CocoTruth(in TruthObject truth, TruthRole role)
{
    /// <summary>Index of its image.</summary>
    public readonly int Image = truth.Image;

    /// <summary>What is done with it.</summary>
    public readonly TruthRole Role = role;

    /// <summary>COCO's area, in square pixels.</summary>
    public readonly double Area = truth.AreaPixels;

    private readonly double x = truth.Box.X1;
    private readonly double y = truth.Box.Y1;
    private readonly double width = truth.Box.Width;
    private readonly double height = truth.Box.Height;

    /// <summary>IoU with a detection; against a crowd, the fraction of the detection inside it.</summary>
    public double Overlap(in FoundObject found)
    {
        var box = found.Box;
        var sharedWidth = Math.Min(box.X1 + box.Width, x + width) - Math.Max(box.X1, x);
        if (sharedWidth <= 0)
        {
            return 0;
        }

        var sharedHeight = Math.Min(box.Y1 + box.Height, y + height) - Math.Max(box.Y1, y);
        if (sharedHeight <= 0)
        {
            return 0;
        }

        var intersection = sharedWidth * sharedHeight;
        var foundArea = box.Width * box.Height;
        var whole = Role == TruthRole.Crowd ? foundArea : foundArea + width * height - intersection;
        return intersection / whole;
    }
}
