using System.CommandLine;
using System.Globalization;
using Pipeline.Shared;
using Pipeline.Training.Checkpoints.Import;

namespace Pipeline.Training.Commands;

/// <summary>Options that say what the network of a foreign file takes as an image; none given: the product's, or what is known.</summary>
internal sealed class InputConventionOptions
{
    private const string Bgr = "bgr";
    private const int Channels = 3;
    private const double LargestMean = 1000, SmallestStd = 1e-6, LargestStd = 100_000;

    /// <summary>The options, before they are read.</summary>
    public InputConventionOptions() => Order.AcceptOnlyFromAmong("rgb", Bgr);

    /// <summary>Order of the channels.</summary>
    public Option<string?> Order { get; } = new("--input-order") { Description = "The file's network takes channels as rgb or bgr." };

    /// <summary>What is subtracted from pixels.</summary>
    public Option<string?> Mean { get; } = new("--input-mean")
    {
        Description = "What it takes pixels of 0 to 255 less: of red, green and blue, as 123.675,116.28,103.53 (the default).",
    };

    /// <summary>What pixels are then divided by.</summary>
    public Option<string?> Std { get; } = new("--input-std")
    {
        Description = "What they are then divided by: of red, green and blue, as 58.395,57.12,57.375 (the default) or 1,1,1.",
    };

    /// <returns>Null where none of the options is given.</returns>
    /// <exception cref="UserErrorException">A text is not three numbers in their range.</exception>
    public InputConvention? Read(ParseResult result)
    {
        var order = result.GetValue(Order);
        var mean = result.GetValue(Mean);
        var std = result.GetValue(Std);
        if (order is null && mean is null && std is null)
        {
            return null;
        }

        return new InputConvention(
            IsBgr: order == Bgr,
            Mean: mean is null ? InputConvention.Product.Mean : Numbers(Mean.Name, mean, -LargestMean, LargestMean),
            Std: std is null ? InputConvention.Product.Std : Numbers(Std.Name, std, SmallestStd, LargestStd));
    }

    private static double[] Numbers(string option, string text, double least, double most)
    {
        var parts = text.Split(',');
        var numbers = new double[Channels];
        for (var index = 0; index < Channels; index++)
        {
            var isNumber = parts.Length == Channels
                && double.TryParse(parts[index], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[index]);
            if (!isNumber || !(numbers[index] >= least && numbers[index] <= most))
            {
                throw new UserErrorException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{option}: '{text}' is refused; give three numbers from {least} to {most} with commas between, as 1,1,1."));
            }
        }

        return numbers;
    }
}
