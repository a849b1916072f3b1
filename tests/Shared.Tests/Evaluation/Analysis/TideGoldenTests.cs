using Pipeline.Golden;
using Pipeline.Shared.Evaluation.Analysis;

namespace Pipeline.Shared.Tests.Evaluation.Analysis;

public sealed class TideGoldenTests
{
    private static readonly (string Ours, string Theirs)[] MainKinds =
    [
        ("classification", "Cls"), ("localization", "Loc"), ("both", "Both"),
        ("duplicate", "Dupe"), ("background", "Bkg"), ("missed", "Miss"),
    ];

    private static readonly (string Ours, string Theirs)[] SpecialKinds = [("falsePositives", "FalsePos"), ("falseNegatives", "FalseNeg")];

    [Theory(SkipTestWithoutData = true), GoldenData("evaluation", "tide")]
    public void Ap_the_count_of_each_error_and_its_cost_equal_tidecv(string name)
    {
        var golden = GoldenCase.Load(name);
        var options = new AnalysisOptions
        {
            IouThreshold = golden.Inputs.GetProperty("pos_threshold").GetDouble(),
            BackgroundIou = golden.Inputs.GetProperty("background_threshold").GetDouble(),
        };

        var errors = DetectionAnalysis.Of(GoldenProblem.OfCoco(golden.Inputs), options).Errors;

        var bound = golden.AbsoluteTolerance;
        GoldenComparison.Close("ap", 100 * errors.Ap!.Value, golden.Expected.GetProperty("ap").GetDouble(), bound);
        var kinds = errors.Kinds.ToDictionary(kind => kind.Kind);
        Assert.Equal(MainKinds.Length + SpecialKinds.Length, kinds.Count);
        foreach (var (ours, theirs) in MainKinds)
        {
            Assert.Equal(golden.Expected.GetProperty("count").GetProperty(theirs).GetInt32(), kinds[ours].Count);
            var expected = golden.Expected.GetProperty("main").GetProperty(theirs).GetDouble();
            GoldenComparison.Close(ours, 100 * kinds[ours].ApCost, expected, bound);
        }

        foreach (var (ours, theirs) in SpecialKinds)
        {
            var expected = golden.Expected.GetProperty("special").GetProperty(theirs).GetDouble();
            GoldenComparison.Close(ours, 100 * kinds[ours].ApCost, expected, bound);
        }
    }
}
