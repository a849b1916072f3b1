using System.Text.Json;
using Pipeline.Serving.Evaluation.Records;
using Pipeline.Shared.Configuration;

namespace Pipeline.Serving.Evaluation;

/// <summary>Says whether two runs, or two shards, are of the same evaluation.</summary>
internal static class FactDifferences
{
    /// <summary>Names that the user gave, which may differ; and the processor, which only moves last digits.</summary>
    private static readonly string[] Free = ["data.path", "data.split", "execution.instructions"];

    /// <summary>What differs; empty where both are of the same evaluation.</summary>
    public static IEnumerable<JsonDifference> Of(EvaluationFacts before, EvaluationFacts now)
    {
        var old = JsonSerializer.SerializeToNode(before, RecordJson.Options)!.AsObject();
        var current = JsonSerializer.SerializeToNode(now, RecordJson.Options)!.AsObject();
        return JsonDifferences.Of(old, current).Where(difference => !Free.Contains(difference.Key));
    }
}
