using System.Globalization;
using System.Text.Json;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Files;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Training.Detection.Training;

/// <summary>What a fine-tuning has come to: <c>report.json</c>, written at its end.</summary>
/// <param name="Epochs">That were made.</param>
/// <param name="StoppedEarly">Whether patience ended the run.</param>
/// <param name="ChosenOn"><c>validation</c> or <c>test</c>: the list that chose the best epoch; null where nothing was measured.</param>
/// <param name="BestEpoch">From 1; null where nothing could be measured.</param>
/// <param name="BestMap">mAP of that epoch on the list that chose it, 0..1.</param>
internal sealed record FinetuneReport(
    int Epochs,
    bool StoppedEarly,
    string? ChosenOn,
    int? BestEpoch,
    double? BestMap)
{
    /// <summary>In the run's folder.</summary>
    public const string FileName = "report.json";

    /// <summary>The list that chose.</summary>
    public const string Validation = "validation", TestList = "test";

    /// <summary>The chosen weights on the test list; null without one.</summary>
    public MeasuredAverages? Test { get; init; }

    /// <summary>Images that were measured on although the first weights had learned from them; null: none.</summary>
    public ImageLeak? Leak { get; init; }

    /// <summary>Writes it to a run's folder.</summary>
    public void Write(string folder) =>
        AtomicFile.WriteText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, JsonFormat.Options) + "\n");

    /// <summary>The same as text for people to read.</summary>
    public IEnumerable<string> Lines()
    {
        if (BestEpoch is { } best)
        {
            var early = StoppedEarly ? ", which ended early" : "";
            var map = Rounded(BestMap);
            yield return FormattableString.Invariant($"the best of {Epochs} epochs{early}: {best}, with mAP {map} on the {ChosenOn} list");
        }

        if (ChosenOn == TestList)
        {
            yield return "that epoch was chosen on the test list, so its mAP there is slightly optimistic";
        }
        else if (Test is { } test)
        {
            yield return $"its weights on the test list, measured once: mAP {Rounded(test.Map)}, mAP50 {Rounded(test.Map50)}";
        }

        if (Leak is not null)
        {
            yield return $"warning: {Leak}";
        }
    }

    /// <summary>A precision as logs show it; a dash where nothing was measured.</summary>
    internal static string Rounded(double? value) => value?.ToString("F4", CultureInfo.InvariantCulture) ?? "-";
}

/// <summary>Averages of a list of frames, 0..1; null where no frame has an object.</summary>
/// <param name="Map">COCO's mAP.</param>
/// <param name="Map50">At an IoU of 0.5.</param>
/// <param name="PerClass">AP of each class.</param>
internal sealed record MeasuredAverages(double? Map, double? Map50, IReadOnlyDictionary<string, double?>? PerClass)
{
    /// <summary>Those of a measurement.</summary>
    public static MeasuredAverages Of(DetectionEvaluationResult result) =>
        new(result.Map, result.Map50, result.PerClass.ToDictionary(entry => entry.Key, entry => entry.Value?.Ap));
}
