using System.Text.Json;
using Pipeline.Golden;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Analysis;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Evaluation.Analysis;

public sealed class TideGoldenTests
{
    private static readonly (string Ours, string Theirs)[] MainKinds =
    [
        ("classification", "Cls"), ("localization", "Loc"), ("both", "Both"), ("duplicate", "Dupe"), ("background", "Bkg"), ("missed", "Miss"),
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

        var errors = DetectionAnalysis.Of(Problem(golden.Inputs), options).Errors;

        var bound = golden.AbsoluteTolerance;
        GoldenComparison.Close("ap", 100 * errors.Ap!.Value, golden.Expected.GetProperty("ap").GetDouble(), bound);
        var kinds = errors.Kinds.ToDictionary(kind => kind.Kind);
        Assert.Equal(MainKinds.Length + SpecialKinds.Length, kinds.Count);
        foreach (var (ours, theirs) in MainKinds)
        {
            Assert.Equal(golden.Expected.GetProperty("count").GetProperty(theirs).GetInt32(), kinds[ours].Count);
            GoldenComparison.Close(ours, 100 * kinds[ours].ApCost, golden.Expected.GetProperty("main").GetProperty(theirs).GetDouble(), bound);
        }

        foreach (var (ours, theirs) in SpecialKinds)
        {
            var expected = golden.Expected.GetProperty("special").GetProperty(theirs).GetDouble();
            GoldenComparison.Close(ours, 100 * kinds[ours].ApCost, expected, bound);
        }
    }

    private static EvaluationProblem Problem(JsonElement inputs)
    {
        int[] images = [.. inputs.GetProperty("images").EnumerateArray().Select(id => id.GetInt32())];
        int[] categories = [.. inputs.GetProperty("categories").EnumerateArray().Select(id => id.GetInt32())];
        string[] names = [.. categories.Select(category => $"class {category}")];
        return new EvaluationProblem(
            ImageIds: [.. images.Select(id => $"{id}")],
            Labels: new LabelMap(names),
            TruthClasses: [.. names],
            Objects:
            [
                .. inputs.GetProperty("ground_truth").EnumerateArray().Select(row => row.Doubles()).Select(row => new TruthObject(
                    Image: Array.IndexOf(images, (int)row[1]),
                    Class: Array.IndexOf(categories, (int)row[2]),
                    Box: ExactBox.FromSides(row[3], row[4], row[5], row[6]),
                    AreaPixels: row[7],
                    Marks: row[8] != 0 ? AnnotationMarks.Crowd : AnnotationMarks.None,
                    Truncation: 0,
                    Occlusion: 0)),
            ],
            Detections:
            [
                .. inputs.GetProperty("detections").EnumerateArray().Select(row => row.Doubles()).Select(row => new FoundObject(
                    Image: Array.IndexOf(images, (int)row[0]),
                    Class: Array.IndexOf(categories, (int)row[1]),
                    Box: ExactBox.FromSides(row[2], row[3], row[4], row[5]),
                    Score: row[6])),
            ]);
    }
}
