using System.Globalization;
using Pipeline.Shared.Reports;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Training.Experiments;

/// <summary>What the demo's report says in words.</summary>
internal static class DemoText
{
    public const string Title = "From unlabelled images to a served detector";

    /// <summary>Headings of the table of runs.</summary>
    public static IReadOnlyList<string> Columns { get; } =
        ["run", "mAP", "mAP50", .. StreetSceneOptions.Classes.Select(name => name + " AP50")];

    public static string Summary(DemoOptions options, DemoReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"{options.UnlabeledScenes} synthetic street scenes without labels for contrastive retraining, {options.TrainScenes} with "
        + $"labels for fine-tuning, {options.TestScenes} held out for measuring; seed {options.Seed}; {report.Seconds:F0} seconds "
        + $"in all. Both models were exported to ONNX and measured by pipeline-serve with ONNX Runtime.");

    public static string Verdict(DemoReport report, ComparisonReport comparison)
    {
        var scratch = report.Runs[0].Map50;
        var retrained = report.Runs[1].Map50;
        if (retrained is null || scratch is null)
        {
            return "The held-out scenes have no object: nothing was measured.";
        }

        var outcome = Math.Sign(retrained.Value - scratch.Value) switch
        {
            1 => "was better",
            -1 => "was worse",
            _ => "was neither better nor worse",
        };
        return string.Create(
            CultureInfo.InvariantCulture,
            $"With contrastive retraining the detector {outcome}: mAP50 {retrained:F3} against {scratch:F3} from random weights. "
            + $"{Interval(comparison)}This is one seed of a small experiment; differences of some hundredths are within what another seed "
            + $"would change.");
    }

    public static string Features(DemoReport report)
    {
        var random = report.Features.Random;
        var learned = report.Features.Weights;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"What the backbone had learned before it saw a label: of {report.Features.AskedCrops} held-out objects its 20 nearest "
            + $"neighbours classify {learned.NearestNeighbors:P1} and a linear probe {learned.Linear:P1}; with random weights these "
            + $"are {random.NearestNeighbors:P1} and {random.Linear:P1}.");
    }

    /// <summary>A run's row of the table.</summary>
    public static IReadOnlyList<string> Row(DemoResult run) =>
    [
        run.Name,
        Number(run.Map),
        Number(run.Map50),
        .. StreetSceneOptions.Classes.Select(name => Number(run.PerClass.GetValueOrDefault(name))),
    ];

    /// <summary>How sure the difference is, as far as the choice of the scenes goes.</summary>
    private static string Interval(ComparisonReport comparison)
    {
        var result = comparison.Comparisons[0].Result;
        if (result.Map is not { } map)
        {
            return "";
        }

        var outcome = map.IsClear ? "which these scenes show clearly" : "which these scenes do not show clearly";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"The difference in mAP is {map.Difference:+0.000;−0.000;0.000}, {outcome}: its {result.Options.Confidence:P0} interval "
            + $"reaches from {map.Low:+0.000;−0.000;0.000} to {map.High:+0.000;−0.000;0.000} (paired bootstrap over the scenes). ");
    }

    private static string Number(double? value) => value?.ToString("F3", CultureInfo.InvariantCulture) ?? "-";
}
