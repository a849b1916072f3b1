using Pipeline.Shared.Datasets;

namespace Pipeline.Shared.Evaluation.Analysis;

/// <summary>Two problems can be compared when only their detections differ.</summary>
internal static class SameTruth
{
    /// <summary>Checks, and numbers the second problem's classes as the first's, since two models may list them in another order.</summary>
    /// <returns>The second problem, with the classes of the first.</returns>
    /// <exception cref="UserErrorException">Images, classes or objects differ: which.</exception>
    public static EvaluationProblem Require(EvaluationProblem first, EvaluationProblem second)
    {
        RequireImages(first, second);
        var aligned = WithClassesOf(first, second);
        RequireObjects(first, aligned);
        return aligned;
    }

    private static void RequireImages(EvaluationProblem first, EvaluationProblem second)
    {
        var missing = first.ImageIds.Except(second.ImageIds, StringComparer.Ordinal).ToList();
        var added = second.ImageIds.Except(first.ImageIds, StringComparer.Ordinal).ToList();
        if (missing.Count + added.Count > 0)
        {
            var where = missing.Count > 0 ? $"'{missing[0]}' only in the first" : $"'{added[0]}' only in the second";
            throw new UserErrorException(
                $"the two evaluations are not of the same images: {first.ImageIds.Length} and {second.ImageIds.Length}, {where}; "
                + "evaluate both models on the same list.");
        }

        if (!first.ImageIds.SequenceEqual(second.ImageIds))
        {
            throw new UserErrorException("the two evaluations have their images in another order; evaluate both models on the same list.");
        }
    }

    private static EvaluationProblem WithClassesOf(EvaluationProblem first, EvaluationProblem second)
    {
        var names = first.Labels.Classes;
        var others = second.Labels.Classes;
        if (!names.ToHashSet(StringComparer.Ordinal).SetEquals(others))
        {
            throw new UserErrorException(
                $"the two evaluations measure different classes: {string.Join(", ", names)}; and {string.Join(", ", others)}. "
                + "Compare models of the same classes.");
        }

        if (names.SequenceEqual(others, StringComparer.Ordinal))
        {
            return second;
        }

        int[] labels = [.. others.Select(first.Labels.Label)];
        return second with
        {
            Labels = new LabelMap(names, MergesOf(second)),
            Detections = [.. second.Detections.Select(found => found with { Class = LabelOf(found.Class, labels) })],
        };
    }

    /// <summary>The merges of a problem's label map that its labels use.</summary>
    private static Dictionary<string, string> MergesOf(EvaluationProblem problem)
    {
        var classes = problem.Labels.Classes;
        return problem.TruthClasses
            .Where(name => problem.Labels.Label(name) >= 0 && !classes.Contains(name))
            .ToDictionary(name => name, name => classes[problem.Labels.Label(name)]);
    }

    /// <summary>A class that is not measured stays so.</summary>
    private static int LabelOf(int label, int[] labels) => label >= 0 && label < labels.Length ? labels[label] : -1;

    private static void RequireObjects(EvaluationProblem first, EvaluationProblem second)
    {
        for (var index = 0; index < Math.Min(first.Objects.Length, second.Objects.Length); index++)
        {
            var name = NameOf(first.Objects[index], first);
            var otherName = NameOf(second.Objects[index], second);
            var isSame = first.Objects[index] with { Class = 0 } == second.Objects[index] with { Class = 0 } && name == otherName;
            if (!isSame)
            {
                throw new UserErrorException(
                    $"the labels of image '{first.ImageIds[first.Objects[index].Image]}' are not the same in the two evaluations: "
                    + $"object {index} is {Text(first.Objects[index], name)} in the first, {Text(second.Objects[index], otherName)} in the "
                    + "second; evaluate both models with the same labels and merges.");
            }
        }

        if (first.Objects.Length != second.Objects.Length)
        {
            throw new UserErrorException(
                $"the two evaluations have {first.Objects.Length} and {second.Objects.Length} objects; "
                + "evaluate both models with the same labels.");
        }
    }

    /// <summary>The class in the labels and the measured class that it becomes.</summary>
    private static string NameOf(in TruthObject truth, EvaluationProblem problem)
    {
        if (truth.Class < 0)
        {
            return "a region of any class";
        }

        var name = problem.TruthClasses[truth.Class];
        var label = problem.Labels.Label(name);
        return label < 0 ? $"{name} (not measured)" : $"{name} (measured as {problem.Labels.Classes[label]})";
    }

    private static string Text(in TruthObject truth, string name) => FormattableString.Invariant(
        $"{name} at {truth.Box.X1}, {truth.Box.Y1}, {truth.Box.Width} x {truth.Box.Height}");
}
