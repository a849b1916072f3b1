namespace Pipeline.Shared.Evaluation;

/// <summary>Average precision as COCO computes it: greedy matching per image and category, 101 recall points.</summary>
/// <remarks>Lin et al. 2014; equal to pycocotools to 1e-9.</remarks>
public static class CocoEvaluator
{
    private const int AllAreas = 0;
    private static readonly double[] IouThresholds = [.. Enumerable.Range(0, 10).Select(i => i == 9 ? 0.95 : 0.5 + i * ((0.95 - 0.5) / 9))];
    private static readonly double[] RecallPoints = [.. Enumerable.Range(0, 101).Select(i => i == 100 ? 1 : i * 0.01)];
    private static readonly (double Least, double Most)[] AreaRanges = [(0, 1e10), (0, 1024), (1024, 9216), (9216, 1e10)];

    /// <param name="problem">Objects and detections.</param>
    /// <returns>Twelve summary numbers and those of each category.</returns>
    /// <exception cref="EvaluationInputException">An object or detection names an unknown image, or a number is NaN.</exception>
    public static CocoResult Evaluate(CocoProblem problem)
    {
        Check(problem);
        int[] categories = [.. problem.CategoryIds.Distinct().Order()];
        var objects = Group(problem.Objects, entry => entry.CategoryId, entry => entry.ImageId);
        var detections = Group(problem.Detections, entry => entry.CategoryId, entry => entry.ImageId);
        var limits = problem.MaxDetections;
        var curves = new Curves(IouThresholds.Length, categories.Length, AreaRanges.Length, limits.Count, RecallPoints.Length);
        for (var k = 0; k < categories.Length; k++)
        {
            EvaluateCategory(problem.ImageIds, categories[k], objects, detections, limits, curves, k);
        }

        return Summarise(curves, categories, limits);
    }

    private static void Check(CocoProblem problem)
    {
        var images = problem.ImageIds.ToHashSet();
        for (var i = 0; i < problem.Objects.Count; i++)
        {
            var entry = problem.Objects[i];
            if (!images.Contains(entry.ImageId))
            {
                throw new EvaluationInputException($"object {i} lies in image {entry.ImageId}, which is not among the images evaluated.");
            }
        }

        for (var i = 0; i < problem.Detections.Count; i++)
        {
            var entry = problem.Detections[i];
            if (!images.Contains(entry.ImageId))
            {
                throw new EvaluationInputException($"detection {i} lies in image {entry.ImageId}, which is not among the images evaluated; leave it out, or add the image.");
            }

            if (double.IsNaN(entry.Score + entry.X + entry.Y + entry.Width + entry.Height))
            {
                throw new EvaluationInputException($"detection {i} (image {entry.ImageId}) has a score or a box that is NaN.");
            }
        }
    }

    private static Dictionary<(int Category, long Image), List<T>> Group<T>(IReadOnlyList<T> entries, Func<T, int> category, Func<T, long> image)
    {
        var groups = new Dictionary<(int, long), List<T>>();
        foreach (var entry in entries)
        {
            var key = (category(entry), image(entry));
            if (!groups.TryGetValue(key, out var list))
            {
                groups[key] = list = [];
            }

            list.Add(entry);
        }

        return groups;
    }

    private static void EvaluateCategory(
        IReadOnlyList<long> imageIds, int category, Dictionary<(int, long), List<CocoObject>> objects, Dictionary<(int, long), List<CocoDetection>> detections, IReadOnlyList<int> limits, Curves curves, int k)
    {
        var matches = new List<CocoImageMatches>();
        foreach (var image in imageIds.Distinct().Order())
        {
            var found = objects.TryGetValue((category, image), out var truth) | detections.TryGetValue((category, image), out var guesses);
            if (found)
            {
                matches.Add(new CocoImageMatches(truth ?? [], guesses ?? [], limits[^1], IouThresholds.Length, AreaRanges.Length));
            }
        }

        for (var area = 0; area < AreaRanges.Length; area++)
        {
            var objectCount = 0;
            foreach (var image in matches)
            {
                objectCount += image.Match(IouThresholds, AreaRanges[area], area);
            }

            if (objectCount == 0)
            {
                continue;
            }

            for (var m = 0; m < limits.Count; m++)
            {
                Accumulate(matches, area, limits[m], objectCount, curves, k, m);
            }
        }
    }

    private static void Accumulate(List<CocoImageMatches> images, int area, int limit, int objectCount, Curves curves, int k, int m)
    {
        var count = images.Sum(image => Math.Min(image.Count, limit));
        var order = new (double Score, int Image, int Row)[count];
        for (int image = 0, next = 0; image < images.Count; image++)
        {
            for (var row = 0; row < Math.Min(images[image].Count, limit); row++)
            {
                order[next++] = (images[image].Score(row), image, row);
            }
        }

        // Falling score; ties by image, then by row: a total order, so that an unstable sort gives it.
        Array.Sort(order, static (a, b) => b.Score.CompareTo(a.Score) is var byScore and not 0 ? byScore : a.Image.CompareTo(b.Image) is var byImage and not 0 ? byImage : a.Row.CompareTo(b.Row));
        var (recall, precision) = (new double[count], new double[count]);
        for (var t = 0; t < IouThresholds.Length; t++)
        {
            double truePositives = 0, falsePositives = 0;
            var kept = 0;
            foreach (var (_, image, row) in order)
            {
                var outcome = images[image].Outcome(area, t, row);
                truePositives += outcome == MatchOutcome.TruePositive ? 1 : 0;
                falsePositives += outcome == MatchOutcome.FalsePositive ? 1 : 0;
                recall[kept] = truePositives / objectCount;
                precision[kept++] = truePositives / (falsePositives + truePositives + 2.220446049250313e-16);
            }

            for (var i = kept - 1; i > 0; i--)
            {
                precision[i - 1] = Math.Max(precision[i - 1], precision[i]);
            }

            curves.Recall(t, k, area, m) = kept > 0 ? recall[kept - 1] : 0;
            for (int point = 0, i = 0; point < RecallPoints.Length; point++)
            {
                while (i < kept && recall[i] < RecallPoints[point])
                {
                    i++;
                }

                curves.Precision(t, k, area, m, point) = i < kept ? precision[i] : 0;
            }
        }
    }

    private static CocoResult Summarise(Curves curves, int[] categories, IReadOnlyList<int> limits)
    {
        var last = limits.Count - 1;
        var hundred = limits.ToList().IndexOf(100);
        var every = Enumerable.Range(0, categories.Length).ToArray();
        var all = Enumerable.Range(0, IouThresholds.Length).ToArray();
        double Ap(int[] thresholds, int area, int m, int[] of) => curves.MeanPrecision(thresholds, of, area, m);
        double[] stats =
        [
            hundred < 0 ? -1 : Ap(all, AllAreas, hundred, every), Ap([0], AllAreas, last, every), Ap([5], AllAreas, last, every),
            Ap(all, 1, last, every), Ap(all, 2, last, every), Ap(all, 3, last, every),
            .. Enumerable.Range(0, 3).Select(m => m < limits.Count ? curves.MeanRecall(all, every, AllAreas, m) : -1),
            .. Enumerable.Range(1, 3).Select(area => curves.MeanRecall(all, every, area, last)),
        ];
        return new CocoResult(stats, [.. categories.Select((category, k) => new CocoCategoryResult(
            category, Ap(all, AllAreas, last, [k]), Ap([0], AllAreas, last, [k]), Ap([5], AllAreas, last, [k]), curves.MeanRecall(all, [k], AllAreas, last)))]);
    }

    /// <summary>Precision and recall by threshold, category, area and limit; −1 where a category has no object.</summary>
    private sealed class Curves
    {
        private readonly int categories, areas, limits, points;
        private readonly double[] precision, recall;

        public Curves(int thresholds, int categories, int areas, int limits, int points)
        {
            (this.categories, this.areas, this.limits, this.points) = (categories, areas, limits, points);
            recall = new double[thresholds * categories * areas * limits];
            precision = new double[recall.Length * points];
            Array.Fill(recall, -1);
            Array.Fill(precision, -1);
        }

        public ref double Recall(int t, int k, int area, int m) => ref recall[((t * categories + k) * areas + area) * limits + m];

        public ref double Precision(int t, int k, int area, int m, int point) => ref precision[(((t * categories + k) * areas + area) * limits + m) * points + point];

        public double MeanPrecision(int[] thresholds, int[] of, int area, int m) =>
            Mean(from t in thresholds from k in of from point in Enumerable.Range(0, points) select Precision(t, k, area, m, point));

        public double MeanRecall(int[] thresholds, int[] of, int area, int m) => Mean(from t in thresholds from k in of select Recall(t, k, area, m));

        private static double Mean(IEnumerable<double> values) => values.Where(value => value > -1).DefaultIfEmpty(-1).Average();
    }
}
