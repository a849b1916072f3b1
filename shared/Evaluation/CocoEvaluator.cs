namespace Pipeline.Shared.Evaluation;

/// <summary>Average precision as COCO computes it: greedy matching per image and category, 101 recall points.</summary>
/// <remarks>Lin et al. 2014; equal to pycocotools to 1e-9.</remarks>
public static class CocoEvaluator
{
    private const double NumPyEpsilon = 2.220446049250313e-16;
    private const int AllAreas = 0;
    private const int SmallAreas = 1;
    private const int MediumAreas = 2;
    private const int LargeAreas = 3;
    private const int Iou50 = 0;
    private const int Iou75 = 5;

    /// <summary>0.50, 0.55 … 0.95, with NumPy's rounding of <c>linspace</c>.</summary>
    private static readonly double[] IouThresholds = [.. Enumerable.Range(0, 9).Select(i => 0.5 + i * ((0.95 - 0.5) / 9)), 0.95];

    /// <summary>0, 0.01 … 1.</summary>
    private static readonly double[] RecallPoints = [.. Enumerable.Range(0, 100).Select(i => i * 0.01), 1];

    private static readonly (double Least, double Most)[] AreaRanges = [(0, 1e10), (0, 1024), (1024, 9216), (9216, 1e10)];

    /// <param name="problem">Objects and detections.</param>
    /// <returns>Twelve summary numbers and those of each category.</returns>
    /// <exception cref="EvaluationInputException">An object or detection names an unknown image, or a number is NaN.</exception>
    public static CocoResult Evaluate(CocoProblem problem)
    {
        Check(problem);
        int[] categories = [.. problem.CategoryIds.Distinct().Order()];
        long[] images = [.. problem.ImageIds.Distinct().Order()];
        var objects = Group(problem.Objects, entry => (entry.CategoryId, entry.ImageId));
        var detections = Group(problem.Detections, entry => (entry.CategoryId, entry.ImageId));
        var limits = problem.MaxDetections;
        var curves = new CocoCurves(
            thresholds: IouThresholds.Length,
            categories: categories.Length,
            areas: AreaRanges.Length,
            limits: limits.Count,
            points: RecallPoints.Length);
        for (var k = 0; k < categories.Length; k++)
        {
            EvaluateCategory(Matches(images, categories[k], objects, detections, limits[^1]), limits, curves, k);
        }

        return Summarize(curves, categories, limits);
    }

    private static void Check(CocoProblem problem)
    {
        var images = problem.ImageIds.ToHashSet();
        for (var i = 0; i < problem.Objects.Count; i++)
        {
            var entry = problem.Objects[i];
            if (!images.Contains(entry.ImageId))
            {
                throw new EvaluationInputException($"object {i} is in image {entry.ImageId}, which is not among the images evaluated.");
            }
        }

        for (var i = 0; i < problem.Detections.Count; i++)
        {
            var entry = problem.Detections[i];
            if (!images.Contains(entry.ImageId))
            {
                throw new EvaluationInputException(
                    $"detection {i} is in image {entry.ImageId}, which is not among the images evaluated; leave it out, or add the image.");
            }

            if (double.IsNaN(entry.Score + entry.X + entry.Y + entry.Width + entry.Height))
            {
                throw new EvaluationInputException($"detection {i} (image {entry.ImageId}) has a NaN in its score or box.");
            }
        }
    }

    private static Dictionary<(int Category, long Image), List<T>> Group<T>(
        IReadOnlyList<T> entries,
        Func<T, (int Category, long Image)> keyOf)
    {
        var groups = new Dictionary<(int Category, long Image), List<T>>();
        foreach (var entry in entries)
        {
            var key = keyOf(entry);
            if (!groups.TryGetValue(key, out var group))
            {
                group = [];
                groups.Add(key, group);
            }

            group.Add(entry);
        }

        return groups;
    }

    /// <summary>The images that have an object or a detection of the category, in ascending order of their ids.</summary>
    private static List<CocoImageMatches> Matches(
        long[] images,
        int category,
        Dictionary<(int Category, long Image), List<CocoObject>> objects,
        Dictionary<(int Category, long Image), List<CocoDetection>> detections,
        int limit)
    {
        var matches = new List<CocoImageMatches>();
        foreach (var image in images)
        {
            var truth = objects.GetValueOrDefault((category, image), []);
            var found = detections.GetValueOrDefault((category, image), []);
            if (truth.Count > 0 || found.Count > 0)
            {
                matches.Add(new CocoImageMatches(truth, found, limit, thresholds: IouThresholds.Length, areas: AreaRanges.Length));
            }
        }

        return matches;
    }

    private static void EvaluateCategory(List<CocoImageMatches> images, IReadOnlyList<int> limits, CocoCurves curves, int k)
    {
        for (var area = 0; area < AreaRanges.Length; area++)
        {
            var objectCount = 0;
            foreach (var image in images)
            {
                objectCount += image.Match(IouThresholds, AreaRanges[area], area);
            }

            if (objectCount == 0)
            {
                continue;
            }

            for (var m = 0; m < limits.Count; m++)
            {
                Accumulate(images, objectCount, limits[m], curves, new CurveKey(Category: k, Area: area, Limit: m));
            }
        }
    }

    private static void Accumulate(List<CocoImageMatches> images, int objectCount, int limit, CocoCurves curves, in CurveKey key)
    {
        var ranked = Rank(images, limit);
        var recall = new double[ranked.Length];
        var precision = new double[ranked.Length];
        for (var t = 0; t < IouThresholds.Length; t++)
        {
            var truePositives = 0.0;
            var falsePositives = 0.0;
            for (var i = 0; i < ranked.Length; i++)
            {
                var outcome = images[ranked[i].Image].Outcome(key.Area, t, ranked[i].Row);
                truePositives += outcome == MatchOutcome.TruePositive ? 1 : 0;
                falsePositives += outcome == MatchOutcome.FalsePositive ? 1 : 0;
                recall[i] = truePositives / objectCount;
                precision[i] = truePositives / (falsePositives + truePositives + NumPyEpsilon);
            }

            for (var i = ranked.Length - 1; i > 0; i--)
            {
                precision[i - 1] = Math.Max(precision[i - 1], precision[i]);
            }

            curves.Recall(t, key) = ranked.Length > 0 ? recall[^1] : 0;
            var row = 0;
            for (var point = 0; point < RecallPoints.Length; point++)
            {
                while (row < ranked.Length && recall[row] < RecallPoints[point])
                {
                    row++;
                }

                curves.Precision(t, key, point) = row < ranked.Length ? precision[row] : 0;
            }
        }
    }

    /// <summary>The best detections of each image, all in descending order of score; ties by image, then by row.</summary>
    private static RankedDetection[] Rank(List<CocoImageMatches> images, int limit)
    {
        var ranked = new List<RankedDetection>();
        for (var image = 0; image < images.Count; image++)
        {
            for (var row = 0; row < Math.Min(images[image].Count, limit); row++)
            {
                ranked.Add(new RankedDetection(images[image].Score(row), image, row));
            }
        }

        ranked.Sort();
        return [.. ranked];
    }

    private static CocoResult Summarize(CocoCurves curves, int[] categories, IReadOnlyList<int> limits)
    {
        var last = limits.Count - 1;
        var hundred = limits.ToList().IndexOf(100);
        int[] all = [.. Enumerable.Range(0, IouThresholds.Length)];
        int[] every = [.. Enumerable.Range(0, categories.Length)];
        double[] stats =
        [
            hundred < 0 ? -1 : curves.MeanPrecision(all, every, AllAreas, hundred),
            curves.MeanPrecision([Iou50], every, AllAreas, last),
            curves.MeanPrecision([Iou75], every, AllAreas, last),
            curves.MeanPrecision(all, every, SmallAreas, last),
            curves.MeanPrecision(all, every, MediumAreas, last),
            curves.MeanPrecision(all, every, LargeAreas, last),
            .. Enumerable.Range(0, 3).Select(m => m < limits.Count ? curves.MeanRecall(all, every, AllAreas, m) : -1),
            curves.MeanRecall(all, every, SmallAreas, last),
            curves.MeanRecall(all, every, MediumAreas, last),
            curves.MeanRecall(all, every, LargeAreas, last),
        ];
        return new CocoResult(stats, [.. categories.Select((category, k) => new CocoCategoryResult(
            CategoryId: category,
            Ap: curves.MeanPrecision(all, [k], AllAreas, last),
            Ap50: curves.MeanPrecision([Iou50], [k], AllAreas, last),
            Ap75: curves.MeanPrecision([Iou75], [k], AllAreas, last),
            Ar: curves.MeanRecall(all, [k], AllAreas, last)))]);
    }

    /// <summary>A detection in a total order, so that an unstable sort gives the same result everywhere.</summary>
    private readonly record struct RankedDetection(double Score, int Image, int Row) : IComparable<RankedDetection>
    {
        public int CompareTo(RankedDetection other)
        {
            var byScore = other.Score.CompareTo(Score);
            if (byScore != 0)
            {
                return byScore;
            }

            var byImage = Image.CompareTo(other.Image);
            return byImage != 0 ? byImage : Row.CompareTo(other.Row);
        }
    }
}
