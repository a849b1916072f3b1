using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Pipeline.Serving.Evaluation;

namespace Pipeline.Serving.Commands;

/// <summary><c>--shard</c>: the part of an evaluation that this process does.</summary>
internal static class ShardOption
{
    /// <summary>Where Kubernetes tells a pod of an Indexed Job its number.</summary>
    public const string IndexVariable = "JOB_COMPLETION_INDEX";

    private const string Name = "--shard";
    private const string OfJob = "job";

    /// <summary>Creates the option.</summary>
    /// <param name="variable">Value of an environment variable; null where it is not set.</param>
    public static Option<EvaluationShard?> Create(Func<string, string?> variable) => new(Name)
    {
        HelpName = "I/N",
        Description = "Do part I, from 0, of N; each part has its own folder in --output, and `evaluate merge` puts them together. "
            + $"job/N takes I from {IndexVariable}, as a Kubernetes Indexed Job sets it.",
        CustomParser = result => Parse(result, variable),
    };

    private static EvaluationShard? Parse(ArgumentResult result, Func<string, string?> variable)
    {
        var text = result.Tokens[0].Value;
        if (text.Split('/') is not [var index, var count])
        {
            return Refuse(result, $"'{text}' is not a part and a number of parts, such as 0/4 or {OfJob}/4");
        }

        if (!TryParse(count, out var shards) || shards < 1 || shards > EvaluationShard.MostShards)
        {
            return Refuse(result, $"'{count}' is not a number of parts from 1 to {EvaluationShard.MostShards}");
        }

        var source = index;
        if (index == OfJob)
        {
            source = variable(IndexVariable);
            if (string.IsNullOrEmpty(source))
            {
                return Refuse(
                    result,
                    $"{IndexVariable} is not set; {OfJob}/{count} is for the pods of a Job with completionMode: Indexed. Elsewhere write "
                    + $"the part itself, such as 0/{count}");
            }
        }

        var place = index == OfJob ? $"{IndexVariable}: " : "";
        return TryParse(source, out var part) && part < shards
            ? new EvaluationShard(part, shards)
            : Refuse(result, $"{place}'{source}' is not a part from 0 to {shards - 1}, of {shards} parts");
    }

    private static bool TryParse(string? text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static EvaluationShard? Refuse(ArgumentResult result, string reason)
    {
        result.AddError($"{Name}: {reason}.");
        return null;
    }
}
