using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Pipeline.Shared.Configuration;

namespace Pipeline.Training.Detection.Training;

/// <summary>How long a run is, in one of two units.</summary>
public sealed record RunLength : IRelatedOptions
{
    /// <summary>Passes over the frames; null: the length is in steps.</summary>
    [Range(1, 10_000)] public int? Epochs { get; init; }

    /// <summary>Steps; null: the length is in epochs.</summary>
    [Range(1, 10_000_000)] public int? Iterations { get; init; }

    /// <summary>The number, in its own unit.</summary>
    internal int Count => Iterations ?? Epochs ?? 0;

    /// <summary>Steps of one of its units.</summary>
    /// <param name="stepsPerEpoch">Steps of an epoch.</param>
    internal int StepsOfUnit(int stepsPerEpoch) => Iterations is null ? stepsPerEpoch : 1;

    /// <summary>The whole length in steps.</summary>
    /// <param name="stepsPerEpoch">Steps of an epoch.</param>
    internal long Steps(int stepsPerEpoch) => (long)Count * StepsOfUnit(stepsPerEpoch);

    /// <summary>As "20 epochs" or "20,000 steps".</summary>
    public override string ToString()
    {
        var unit = Iterations is null ? "epoch" : "step";
        var plural = Count == 1 ? "" : "s";
        return string.Create(CultureInfo.InvariantCulture, $"{Count:N0} {unit}{plural}");
    }

    IEnumerable<OptionProblem> IRelatedOptions.Problems()
    {
        if (Epochs is null == Iterations is null)
        {
            yield return new("epochs", "a length is given either in epochs or in iterations.");
        }
    }
}
