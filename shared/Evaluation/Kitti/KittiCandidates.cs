using System.Runtime.InteropServices;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Evaluation.Rules;

namespace Pipeline.Shared.Evaluation.Kitti;

/// <summary>
/// What a class's three levels have in common: its objects and those of its neighbour class, each with the detections that overlap enough.
/// </summary>
internal sealed class KittiCandidates
{
    /// <summary>On continuous corners.</summary>
    private static readonly CornerOverlap Overlap = new(Extra: 0);

    private readonly List<KittiTruth> truths = [];
    private readonly List<KittiPair> pairs = [];
    private readonly bool[] isOfClass;
    private readonly bool[] isInDontCare;

    private KittiCandidates(EvaluationProblem problem)
    {
        Problem = problem;
        isOfClass = new bool[problem.Detections.Length];
        isInDontCare = new bool[problem.Detections.Length];
    }

    /// <summary>Objects and detections.</summary>
    public EvaluationProblem Problem { get; }

    /// <summary>Objects of the class and of its neighbor, by image, in the order of the file.</summary>
    public ReadOnlySpan<KittiTruth> Truths => CollectionsMarshal.AsSpan(truths);

    /// <summary>
    /// Whether the class has a detection of which the left edge is not outside the image; the devkit leaves out a class without one
    /// (<c>loadDetections</c>: <c>d.box.x1 &gt;= 0</c>).
    /// </summary>
    public bool HasDetections { get; private set; }

    /// <param name="problem">Its rows are by image.</param>
    /// <param name="measured">The class.</param>
    /// <param name="metric">The rules.</param>
    public static KittiCandidates Of(EvaluationProblem problem, KittiClass measured, KittiMetric metric)
    {
        var candidates = new KittiCandidates(problem);
        candidates.MarkClass(measured);
        var kinds = KindsOf(problem, measured, metric);
        var objects = ImageRows.OfObjects(problem);
        var detections = ImageRows.OfDetections(problem);
        for (var image = 0; image < problem.ImageIds.Length; image++)
        {
            for (var row = objects.Start(image); row < objects.End(image); row++)
            {
                ref readonly var entry = ref problem.Objects.ItemRef(row);
                var kind = entry.Class < 0 ? DontCareOf(metric) : Ruled(kinds[entry.Class], metric.RoleOf(entry.Marks));
                if (kind is KittiKind.Class or KittiKind.Ignored)
                {
                    candidates.AddTruth(row, kind, detections.Start(image), detections.End(image), measured.Overlap);
                }
                else if (kind == KittiKind.Region)
                {
                    candidates.MarkRegion(row, detections.Start(image), detections.End(image), measured.Overlap);
                }
            }
        }

        return candidates;
    }

    /// <summary>The detections that overlap an object enough, in the order of the file.</summary>
    public ReadOnlySpan<KittiPair> Pairs(in KittiTruth truth) => CollectionsMarshal.AsSpan(pairs)[truth.FirstPair..truth.EndPair];

    /// <summary>Whether a detection is of the class.</summary>
    public bool IsOfClass(int found) => isOfClass[found];

    /// <summary>Whether enough of a detection is in a DontCare region: unmatched, it is not false.</summary>
    public bool IsInDontCare(int found) => isInDontCare[found];

    private static KittiKind DontCareOf(KittiMetric metric) =>
        metric.DontCare == KittiObjects.Ignore ? KittiKind.Region : KittiKind.Other;

    /// <summary>The kind of an object of the measured class that the labels may mark.</summary>
    private static KittiKind Ruled(KittiKind kind, TruthRole role) => (kind, role) switch
    {
        (KittiKind.Class, TruthRole.Ignore) => KittiKind.Ignored,
        (KittiKind.Class, TruthRole.Crowd) => KittiKind.Region,
        (KittiKind.Class, TruthRole.Drop) => KittiKind.Other,
        _ => kind,
    };

    private static KittiKind[] KindsOf(EvaluationProblem problem, KittiClass measured, KittiMetric metric)
    {
        var kinds = new KittiKind[problem.TruthClasses.Length];
        for (var index = 0; index < kinds.Length; index++)
        {
            var name = problem.TruthClasses[index];
            var label = metric.Merged == MergedClasses.Map ? problem.Labels.Label(name) : -1;
            var ruled = label < 0 ? name : problem.Labels.Classes[label];
            if (KittiNames.Same(ruled, measured.Name))
            {
                kinds[index] = KittiKind.Class;
            }
            else if (metric.Neighbors == KittiObjects.Ignore && KittiNames.IsNeighbor(ruled, measured.Name))
            {
                kinds[index] = KittiKind.Ignored;
            }
            else if (KittiNames.Same(ruled, KittiClasses.DontCare))
            {
                kinds[index] = DontCareOf(metric);
            }
        }

        return kinds;
    }

    private void MarkClass(KittiClass measured)
    {
        bool[] isMeasured = [.. Problem.Labels.Classes.Select(name => KittiNames.Same(name, measured.Name))];
        for (var row = 0; row < isOfClass.Length; row++)
        {
            ref readonly var found = ref Problem.Detections.ItemRef(row);
            isOfClass[row] = (uint)found.Class < (uint)isMeasured.Length && isMeasured[found.Class];
            HasDetections |= isOfClass[row] && found.Box.X1 >= 0;
        }
    }

    private void AddTruth(int row, KittiKind kind, int start, int end, double limit)
    {
        var first = pairs.Count;
        var box = Problem.Objects.ItemRef(row).Box;
        for (var found = start; found < end; found++)
        {
            var overlap = Overlap.IoU(Problem.Detections.ItemRef(found).Box, box);
            if (overlap > limit)
            {
                pairs.Add(new KittiPair(found, overlap));
            }
        }

        truths.Add(new KittiTruth(row, kind == KittiKind.Ignored, first, pairs.Count));
    }

    private void MarkRegion(int row, int start, int end, double limit)
    {
        var region = Problem.Objects.ItemRef(row).Box;
        for (var found = start; found < end; found++)
        {
            isInDontCare[found] |= Overlap.Part(Problem.Detections.ItemRef(found).Box, region) > limit;
        }
    }

    private enum KittiKind : byte
    {
        /// <summary>As if it were not there.</summary>
        Other,

        /// <summary>An object of the class.</summary>
        Class,

        /// <summary>An object that need not be found: of the neighbor class, or difficult.</summary>
        Ignored,

        /// <summary>Detections in it that match no object are not false.</summary>
        Region,
    }
}

/// <param name="Row">Index of the object.</param>
/// <param name="IsIgnored">Whether it need not be found at any level.</param>
/// <param name="FirstPair">Its first pair.</param>
/// <param name="EndPair">The pair after its last.</param>
internal readonly record struct KittiTruth(int Row, bool IsIgnored, int FirstPair, int EndPair);

/// <param name="Found">Index of the detection.</param>
/// <param name="Overlap">IoU with the object.</param>
internal readonly record struct KittiPair(int Found, double Overlap);
