namespace Pipeline.Serving.Evaluation;

/// <summary>The part of an evaluation that one of several processes does.</summary>
/// <param name="Index">Which part, from 0.</param>
/// <param name="Count">How many parts there are.</param>
internal sealed record EvaluationShard(int Index, int Count)
{
    /// <summary>Most parts of an evaluation.</summary>
    public const int MostShards = 10_000;

    /// <summary>Its folder in that of the evaluation.</summary>
    public string FolderName => FormattableString.Invariant($"shard-{Index}-of-{Count}");

    /// <summary>As <c>--shard</c> takes it: <c>0/4</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Index}/{Count}");
}
