using System.Globalization;

namespace Pipeline.Shared.Reports.Charts;

/// <summary>An axis of numbers.</summary>
/// <param name="Title">What is counted along it, with its unit.</param>
/// <param name="Least">Where it begins.</param>
/// <param name="Greatest">Where it ends.</param>
public sealed record ChartAxis(string Title, double Least, double Greatest)
{
    private const int MostTicks = 5;

    /// <summary>From 0 to a round number that holds all values.</summary>
    public static ChartAxis FromZero(string title, IEnumerable<double> values)
    {
        var greatest = values.Where(double.IsFinite).DefaultIfEmpty(0).Max();
        var step = Step(greatest > 0 ? greatest : 1);
        return new ChartAxis(title, 0, Math.Max(1, Math.Ceiling(greatest / step - 1e-9)) * step);
    }

    /// <summary>Round numbers along it.</summary>
    internal IReadOnlyList<double> Ticks
    {
        get
        {
            var step = Step(Greatest - Least);
            var first = (long)Math.Ceiling(Least / step - 1e-9);
            var last = (long)Math.Floor(Greatest / step + 1e-9);
            return [.. Enumerable.Range(0, (int)(last - first) + 1).Select(index => (first + index) * step)];
        }
    }

    /// <summary>A number at a tick: with as many decimals as the step between ticks has.</summary>
    internal string Label(double tick)
    {
        var step = Step(Greatest - Least);
        var decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(step) - 1e-9), 0, 9);
        return tick.ToString(decimals == 0 ? "#,0" : $"F{decimals}", CultureInfo.InvariantCulture);
    }

    /// <summary>Where a number lies, 0..1; beyond the ends at the ends.</summary>
    internal double Part(double value) => Math.Clamp((value - Least) / (Greatest - Least), 0, 1);

    /// <summary>1, 2 or 5 times a power of ten, so that there are at most <see cref="MostTicks"/> steps.</summary>
    private static double Step(double length)
    {
        var least = length / MostTicks;
        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        double[] steps = [1, 2, 5];
        var fitting = steps.FirstOrDefault(step => step * power >= least * (1 - 1e-9), 10);
        return fitting * power;
    }
}
