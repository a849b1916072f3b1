using System.Collections.Immutable;
using Pipeline.Shared.Datasets;

namespace Pipeline.Shared.Evaluation.Rules;

/// <summary>What is done with the objects that labels mark, and with those of merged classes.</summary>
/// <param name="Crowd">With crowds.</param>
/// <param name="Difficult">With difficult objects.</param>
/// <param name="DontCare">With regions of any class.</param>
/// <param name="Merged">With objects of a class that is merged into another.</param>
internal readonly record struct TruthRules(TruthRole Crowd, TruthRole Difficult, TruthRole DontCare, MergedClasses Merged)
{
    /// <summary>The class and the role of every object, in the order of the problem; those that are left out have no row.</summary>
    public List<RuledTruth> Of(EvaluationProblem problem)
    {
        var merged = Merged;
        ImmutableArray<RuledClass> classes = [.. problem.TruthClasses.Select(name => OfClass(name, problem.Labels, merged))];
        var rows = new List<RuledTruth>(problem.Objects.Length);
        for (var row = 0; row < problem.Objects.Length; row++)
        {
            ref readonly var entry = ref problem.Objects.ItemRef(row);
            var ruled = entry.Class < 0 ? new RuledClass(-1, false) : classes[entry.Class];
            var isMeasured = entry.Class < 0 || ruled.Class >= 0;
            var role = entry.Class < 0 ? DontCare : RoleOf(entry.Marks, ruled.IsIgnored);
            if (isMeasured && role != TruthRole.Drop)
            {
                rows.Add(new RuledTruth(row, ruled.Class, role));
            }
        }

        return rows;
    }

    private static RuledClass OfClass(string name, LabelMap labels, MergedClasses merged)
    {
        var label = labels.Label(name);
        var isMerged = label >= 0 && labels.Classes[label] != name;
        var isLeftOut = isMerged && merged == MergedClasses.Off;
        return new RuledClass(isLeftOut ? -1 : label, isMerged && merged == MergedClasses.Ignore);
    }

    private TruthRole RoleOf(AnnotationMarks marks, bool isIgnored)
    {
        if ((marks & AnnotationMarks.Crowd) != 0)
        {
            return Crowd;
        }

        if ((marks & AnnotationMarks.Difficult) != 0)
        {
            return Difficult;
        }

        return isIgnored ? TruthRole.Ignore : TruthRole.Count;
    }

    private readonly record struct RuledClass(int Class, bool IsIgnored);
}

/// <summary>An object that takes part.</summary>
/// <param name="Row">Index into <see cref="EvaluationProblem.Objects"/>.</param>
/// <param name="Class">Index into the measured classes; −1: of every class.</param>
/// <param name="Role">What is done with it.</param>
internal readonly record struct RuledTruth(int Row, int Class, TruthRole Role);
