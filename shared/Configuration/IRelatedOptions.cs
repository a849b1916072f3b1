namespace Pipeline.Shared.Configuration;

/// <summary>What is wrong between settings that are right each for itself.</summary>
/// <param name="Key">The setting, relative to its record, as <c>anchorSizes</c>.</param>
/// <param name="Reason">What is wrong, and what to do.</param>
public readonly record struct OptionProblem(string Key, string Reason);

/// <summary>Options that depend on each other.</summary>
public interface IRelatedOptions
{
    /// <summary>Everything that does not fit together; the ranges of the single settings were checked before.</summary>
    IEnumerable<OptionProblem> Problems();
}
