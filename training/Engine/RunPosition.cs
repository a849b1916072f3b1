namespace Pipeline.Training.Engine;

/// <summary>How far a run has come.</summary>
internal sealed record RunPosition
{
    /// <summary>Steps done, and so the number of the next.</summary>
    public long Step { get; init; }

    /// <summary>Of the epoch that is under way, or is over and has not been ended yet.</summary>
    public StepSums Sums { get; init; } = new();

    /// <summary>The loss scaler's factor and good steps; null without one.</summary>
    public LossScale? LossScale { get; init; }
}

/// <param name="Scale">What the loss is multiplied with.</param>
/// <param name="GoodSteps">Steps without overflow since it changed.</param>
internal sealed record LossScale(double Scale, int GoodSteps);

/// <summary>Sums over the steps of an epoch.</summary>
internal sealed record StepSums
{
    /// <summary>Batches that came, those too small for a step among them.</summary>
    public int Batches { get; init; }

    /// <summary>Steps whose numbers are in the sums.</summary>
    public int Steps { get; init; }

    /// <summary>Images of these steps.</summary>
    public long Images { get; init; }

    /// <summary>Time of all batches.</summary>
    public double Seconds { get; init; }

    /// <summary>Sum of each number.</summary>
    public IReadOnlyDictionary<string, double> Totals { get; init; } = new Dictionary<string, double>();

    /// <summary>Each number of the last step.</summary>
    public IReadOnlyDictionary<string, double> Last { get; init; } = new Dictionary<string, double>();

    /// <summary>Speed over the epoch.</summary>
    public double ImagesPerSecond() => Images / Math.Max(Seconds, 1e-9);

    /// <summary>Mean of a number over the steps; null if no step reported it.</summary>
    public double? Mean(string name) => Totals.TryGetValue(name, out var total) ? total / Steps : null;

    /// <summary>The sums with one more batch, which made no step.</summary>
    public StepSums AfterBatch(double seconds) => this with { Batches = Batches + 1, Seconds = Seconds + seconds };

    /// <summary>The sums with one more step.</summary>
    public StepSums AfterStep(IReadOnlyDictionary<string, double> values, int images, double seconds) => AfterBatch(seconds) with
    {
        Steps = Steps + 1,
        Images = Images + images,
        Totals = values.ToDictionary(value => value.Key, value => value.Value + Totals.GetValueOrDefault(value.Key)),
        Last = values,
    };
}
