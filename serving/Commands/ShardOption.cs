using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Pipeline.Serving.Evaluation;
using Pipeline.Shared;

namespace Pipeline.Serving.Commands;

/// <summary>A value of <c>--shard</c>.</summary>
/// <param name="Index">Which part, from 0; null: the pod's number in its Indexed Job.</param>
/// <param name="Count">How many parts there are.</param>
internal sealed record ShardChoice(int? Index, int Count)
{
    /// <summary>Where Kubernetes tells a pod of an Indexed Job its number.</summary>
    public const string IndexVariable = "JOB_COMPLETION_INDEX";

    /// <summary>The part that this process does.</summary>
    /// <param name="variable">Value of an environment variable; null where it is not set.</param>
    /// <exception cref="UserErrorException">The pod's number is not set, or is none of a part.</exception>
    public EvaluationShard Resolve(Func<string, string?> variable)
    {
        if (Index is { } index)
        {
            return new EvaluationShard(index, Count);
        }

        var text = variable(IndexVariable);
        if (string.IsNullOrEmpty(text))
        {
            throw new UserErrorException(
                $"--shard: {IndexVariable} is not set; job/{Count} is for the pods of a Job with completionMode: Indexed. Elsewhere name "
                + $"the part itself, such as 0/{Count}.");
        }

        return ShardOption.TryParse(text, out var part) && part < Count
            ? new EvaluationShard(part, Count)
            : throw new UserErrorException(
                $"--shard: {IndexVariable} is '{text}', which is not a part from 0 to {Count - 1}; give the Job's completions, {Count} or "
                + $"another number, in place of the {Count} of job/{Count}.");
    }
}

/// <summary><c>--shard</c>: the part of an evaluation that this process does.</summary>
internal static class ShardOption
{
    private const string Name = "--shard";
    private const string OfJob = "job";

    /// <summary>Creates the option.</summary>
    public static Option<ShardChoice?> Create() => new(Name)
    {
        HelpName = "I/N",
        Description = "Do part I, from 0, of N; each part has its own folder in --output, and `evaluate merge` puts them together. "
            + $"job/N takes I from {ShardChoice.IndexVariable}, as a Kubernetes Indexed Job sets it.",
        CustomParser = Parse,
    };

    /// <summary>Parses a number without a sign.</summary>
    internal static bool TryParse(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static ShardChoice? Parse(ArgumentResult result)
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

        if (index == OfJob)
        {
            return new ShardChoice(null, shards);
        }

        return TryParse(index, out var part) && part < shards
            ? new ShardChoice(part, shards)
            : Refuse(result, $"'{index}' is not a part from 0 to {shards - 1}, of {shards} parts, nor {OfJob}");
    }

    private static ShardChoice? Refuse(ArgumentResult result, string reason)
    {
        result.AddError($"{Name}: {reason}.");
        return null;
    }
}
