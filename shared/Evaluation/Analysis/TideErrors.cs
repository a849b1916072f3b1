namespace Pipeline.Shared.Evaluation.Analysis;

/// <summary>TIDE's main errors; in parentheses what tidecv calls them.</summary>
internal enum TideError : byte
{
    /// <summary>No error.</summary>
    None,

    /// <summary>At the place of an object of another class (Cls).</summary>
    Classification,

    /// <summary>Of the right class, but the box is off (Loc).</summary>
    Localization,

    /// <summary>Of the wrong class, and the box is off (Both).</summary>
    Both,

    /// <summary>A detection with a higher score has found the object already (Dupe).</summary>
    Duplicate,

    /// <summary>Nothing is there (Bkg).</summary>
    Background,

    /// <summary>An object that no detection found, nor would after correcting its class or box (Miss).</summary>
    Missed,
}

/// <summary>
/// The error of each detection that found nothing, and the objects that were missed: tidecv 1.0.1, <c>TIDERun._eval_image</c>. It gives
/// detections in regions to ignore an error too, since correcting one can find an object.
/// </summary>
internal sealed class TideErrors
{
    /// <summary>tidecv's <c>max_dets</c>: so many detections of an image, of all classes together, take part.</summary>
    private const int MaxDetections = 100;

    private const int None = -1;

    private readonly AnalyzedProblem problem;
    private readonly ObjectMatches matches;
    private readonly AnalysisOptions options;
    private readonly TideError[] errors;
    private readonly int[] objectOf;
    private readonly int[] correctedBy;

    public TideErrors(AnalyzedProblem problem, ObjectMatches matches, AnalysisOptions options)
    {
        this.problem = problem;
        this.matches = matches;
        this.options = options;
        errors = new TideError[problem.Detections.Count];
        objectOf = new int[problem.Detections.Count];
        correctedBy = new int[problem.Objects.Count];
        Array.Fill(objectOf, None);
        Array.Fill(correctedBy, None);
        for (var detection = 0; detection < problem.Detections.Count; detection++)
        {
            if (TakesPart(detection) && !matches.IsRight(detection))
            {
                errors[detection] = Classify(detection);
                ProposeCorrection(detection);
            }
        }
    }

    /// <summary>Whether a detection is among the best of its image.</summary>
    public bool TakesPart(int detection) =>
        detection - problem.Detections.Start(problem.Detections[detection].Image) < MaxDetections;

    /// <summary>A detection's error.</summary>
    public TideError Of(int detection) => errors[detection];

    /// <summary>Whether a detection that takes part found an object.</summary>
    public bool IsFound(int counted) => matches.FinderOf(counted) is { } finder && TakesPart(finder);

    /// <summary>Whether an object was missed.</summary>
    public bool IsMissed(int counted) => !IsFound(counted) && correctedBy[counted] == None;

    /// <summary>
    /// The object that a detection finds when its class or its box is corrected; null when it then finds none. Of several that could find
    /// an object, the one with the highest score does.
    /// </summary>
    public int? Corrected(int detection) =>
        objectOf[detection] != None && correctedBy[objectOf[detection]] == detection ? objectOf[detection] : null;

    /// <summary>How many errors of a kind there are.</summary>
    public int Count(TideError kind) => kind == TideError.Missed
        ? Enumerable.Range(0, problem.Objects.Count).Count(IsMissed)
        : errors.Count(error => error == kind);

    /// <summary>The checks, in the order of tidecv; the first that applies decides.</summary>
    private TideError Classify(int detection)
    {
        ref readonly var found = ref problem.Detections[detection];
        var first = problem.Objects.Start(found.Image);
        var end = problem.Objects.Start(found.Image + 1);
        if (first == end)
        {
            return TideError.Background;
        }

        var sameClass = new Nearest(first);
        var otherClass = new Nearest(first);
        var duplicated = new Nearest(first);
        for (var counted = first; counted < end; counted++)
        {
            var iou = Overlap.Iou(found.Box, problem.Objects[counted].Box);
            if (problem.Objects[counted].Class != found.Class)
            {
                otherClass.Take(counted, iou);
                continue;
            }

            sameClass.Take(counted, iou);
            if (IsFound(counted))
            {
                duplicated.Take(counted, iou);
            }
        }

        if (sameClass.Iou >= options.BackgroundIou && sameClass.Iou <= options.IouThreshold)
        {
            objectOf[detection] = sameClass.Object;
            return TideError.Localization;
        }

        if (otherClass.Iou >= options.IouThreshold)
        {
            objectOf[detection] = otherClass.Object;
            return TideError.Classification;
        }

        if (duplicated.Iou >= options.IouThreshold)
        {
            return TideError.Duplicate;
        }

        return Math.Max(sameClass.Iou, otherClass.Iou) <= options.BackgroundIou ? TideError.Background : TideError.Both;
    }

    /// <summary>The best of an image come first, so the first that could find an object has the highest score.</summary>
    private void ProposeCorrection(int detection)
    {
        var counted = objectOf[detection];
        if (counted != None && !IsFound(counted) && correctedBy[counted] == None)
        {
            correctedBy[counted] = detection;
        }
    }

    /// <summary>The object with the greatest IoU; of several with the same the first, even where none overlaps (NumPy's argmax).</summary>
    private struct Nearest(int first)
    {
        public int Object { get; private set; } = first;

        public double Iou { get; private set; }

        public void Take(int counted, double iou)
        {
            if (iou > Iou)
            {
                Object = counted;
                Iou = iou;
            }
        }
    }
}
