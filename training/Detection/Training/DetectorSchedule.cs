using System.Globalization;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Detection.Training;

/// <summary>The learning rate of a run whose length is known, in steps: what its options come to.</summary>
internal sealed class DetectorSchedule
{
    private const int LongestRuleWarmup = 1000;
    private const int WarmupDivisor = 10;

    private readonly FinetuneOptions options;
    private readonly int stepsPerEpoch;
    private readonly WarmupMultiStepSchedule schedule;

    /// <param name="options">Checked.</param>
    /// <param name="stepsPerEpoch">Steps of an epoch, from 1.</param>
    public DetectorSchedule(FinetuneOptions options, int stepsPerEpoch)
    {
        this.options = options;
        this.stepsPerEpoch = stepsPerEpoch;
        TotalSteps = options.Length.Steps(stepsPerEpoch);
        WarmupSteps = Warmup();
        MilestoneSteps = [.. options.Milestones.Select(Milestone).Where(step => step < TotalSteps).Order()];
        schedule = new WarmupMultiStepSchedule(options.LearningRate, WarmupSteps, options.WarmupFactor, MilestoneSteps, options.Gamma);
    }

    /// <summary>Steps of the run.</summary>
    public long TotalSteps { get; }

    /// <summary>Steps of the warm-up.</summary>
    public long WarmupSteps { get; }

    /// <summary>Steps, from 0, from which on the rate is smaller.</summary>
    public IReadOnlyList<long> MilestoneSteps { get; }

    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">From 0, counted over the whole run.</param>
    public double At(long step) => schedule.At(step);

    /// <summary>The effective numbers, for the run's first lines.</summary>
    public string Line() => string.Join("; ", (string[])[LengthText(), WarmupText(), MilestonesText(), .. ScaledTexts()]);

    private long Milestone(int milestone)
    {
        if (options.MilestonesFor is { } length)
        {
            return Scaled(milestone, length.Count);
        }

        return (long)milestone * options.Length.StepsOfUnit(stepsPerEpoch);
    }

    private long Warmup()
    {
        var byRule = Math.Min(LongestRuleWarmup, stepsPerEpoch - 1);
        if (options.WarmupFor is not { } length)
        {
            return options.WarmupIterations ?? byRule;
        }

        var longest = TotalSteps / WarmupDivisor;
        return options.WarmupIterations is { } steps
            ? Math.Min(Scaled(steps, length.Steps(stepsPerEpoch)), longest)
            : Math.Min(byRule, longest);
    }

    /// <summary>A place in a run of one length, as the same share of this one.</summary>
    private long Scaled(long step, long length) =>
        (long)Math.Round((double)step * TotalSteps / length, MidpointRounding.AwayFromZero);

    private string LengthText() => options.Iterations is null
        ? $"{Steps(TotalSteps)}: {options.Length} of {Steps(stepsPerEpoch)}"
        : $"{Steps(TotalSteps)}, {Number(stepsPerEpoch)} an epoch";

    private string WarmupText() => WarmupSteps == 0
        ? $"learning rate {Rate(options.LearningRate)} without a warm-up"
        : $"learning rate {Rate(options.LearningRate)} after a warm-up of {Steps(WarmupSteps)} from {Rate(At(0))}";

    private string MilestonesText() => MilestoneSteps.Count == 0
        ? "it does not fall"
        : "it falls " + string.Join(", ", MilestoneSteps.Select((step, index) =>
            $"at step {Number(step)} to {Rate(options.LearningRate * Math.Pow(options.Gamma, index + 1))}"));

    private IEnumerable<string> ScaledTexts()
    {
        if (options.MilestonesFor is { } milestones && options.Milestones.Count > 0)
        {
            yield return $"its milestones are scaled from {milestones}";
        }

        if (options.WarmupFor is { } warmup)
        {
            var scaled = options.WarmupIterations is null ? "" : $"scaled from {warmup}, and ";
            yield return $"its warm-up is {scaled}at most a tenth of the run";
        }
    }

    private static string Steps(long count) => count == 1 ? "1 step" : $"{Number(count)} steps";

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Rate(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
