namespace Pipeline.Shared.Evaluation.Analysis;

/// <summary>
/// What AP each kind of error costs: AP is computed again with all errors of the kind corrected, and nothing else (tidecv 1.0.1,
/// <c>TIDERun.fix_errors</c>). Where scores are equal, tidecv ranks the errors before the right detections then, but not in the AP that it
/// compares with; so do these numbers.
/// </summary>
internal sealed class TideCosts
{
    private static readonly (string Name, TideError Error)[] MainErrors =
    [
        ("classification", TideError.Classification),
        ("localization", TideError.Localization),
        ("both", TideError.Both),
        ("duplicate", TideError.Duplicate),
        ("background", TideError.Background),
        ("missed", TideError.Missed),
    ];

    private readonly AnalyzedProblem problem;
    private readonly ObjectMatches matches;
    private readonly TideErrors errors;
    private readonly int[] objects;

    private TideCosts(AnalyzedProblem problem, ObjectMatches matches, TideErrors errors)
    {
        this.problem = problem;
        this.matches = matches;
        this.errors = errors;
        objects = new int[problem.Classes];
        for (var counted = 0; counted < problem.Objects.Count; counted++)
        {
            objects[problem.Objects[counted].Class]++;
        }
    }

    /// <summary>Computes all costs; where there is no object, nothing costs anything.</summary>
    public static ErrorCosts Of(AnalyzedProblem problem, ObjectMatches matches, AnalysisOptions options)
    {
        var errors = new TideErrors(problem, matches, options);
        return new TideCosts(problem, matches, errors).Compute();
    }

    private ErrorCosts Compute()
    {
        int[] taking = [.. Enumerable.Range(0, problem.Detections.Count).Where(errors.TakesPart)];
        int[] byScore = [.. taking.OrderByDescending(index => problem.Detections[index].Score)];
        int[] errorsFirst = [.. byScore.OrderByDescending(index => problem.Detections[index].Score).ThenBy(matches.IsRight)];
        int[] rightFirst = [.. byScore.OrderByDescending(matches.IsRight)];
        int[] missed = PerClass(errors.IsMissed);
        int[] notFound = PerClass(counted => !errors.IsFound(counted));
        var ap = Ap(byScore, TideError.None, objects);
        var kinds = new List<ErrorCost>();
        foreach (var (name, error) in MainErrors)
        {
            var left = error == TideError.Missed ? Less(missed) : objects;
            var gain = Math.Max(Ap(errorsFirst, error, left) - ap, 0);
            kinds.Add(CostOf(name, errors.Count(error), gain));
        }

        kinds.Add(CostOf("falsePositives", taking.Count(matches.IsWrong), Ap(rightFirst, TideError.None, objects) - ap));
        kinds.Add(CostOf("falseNegatives", notFound.Sum(), Ap(errorsFirst, TideError.None, Less(notFound)) - ap));
        return new ErrorCosts(problem.Objects.Count > 0 ? ap : null, kinds);
    }

    private ErrorCost CostOf(string kind, int count, double gain) => new(kind, count, problem.Objects.Count > 0 ? gain : 0);

    private int[] PerClass(Func<int, bool> isCounted)
    {
        var counts = new int[problem.Classes];
        for (var counted = 0; counted < problem.Objects.Count; counted++)
        {
            counts[problem.Objects[counted].Class] += isCounted(counted) ? 1 : 0;
        }

        return counts;
    }

    private int[] Less(int[] taken) => [.. objects.Zip(taken, (all, less) => all - less)];

    /// <summary>Mean over the classes that have an object or a detection left; 1 when there is none, since no error is left.</summary>
    /// <param name="ranked">The detections, in the order of the ranking.</param>
    /// <param name="corrected">The errors that are corrected.</param>
    /// <param name="objectsLeft">How many objects of each class should be found.</param>
    private double Ap(int[] ranked, TideError corrected, int[] objectsLeft)
    {
        var rankings = new TideRanking[problem.Classes];
        for (var label = 0; label < rankings.Length; label++)
        {
            rankings[label] = new TideRanking(objectsLeft[label]);
        }

        foreach (var detection in ranked)
        {
            var label = problem.Detections[detection].Class;
            if (matches.IsRight(detection))
            {
                rankings[label].Add(isRight: true);
            }
            else if (corrected != TideError.None && errors.Of(detection) == corrected)
            {
                AddCorrected(detection, rankings);
            }
            else if (matches.IsWrong(detection))
            {
                rankings[label].Add(isRight: false);
            }
        }

        return rankings.Where(ranking => !ranking.IsEmpty).Select(ranking => ranking.Ap()).DefaultIfEmpty(1).Average();
    }

    /// <summary>A corrected detection is right, in the class of the object; one that then still finds nothing is gone.</summary>
    private void AddCorrected(int detection, TideRanking[] rankings)
    {
        if (errors.Corrected(detection) is { } counted)
        {
            rankings[problem.Objects[counted].Class].Add(isRight: true);
        }
    }
}
