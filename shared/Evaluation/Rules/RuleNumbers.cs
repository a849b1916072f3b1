using System.Globalization;

namespace Pipeline.Shared.Evaluation.Rules;

/// <summary>Numbers of a rule: separated by commas, with a decimal point.</summary>
internal static class RuleNumbers
{
    /// <summary>At most so many numbers are a list.</summary>
    public const int Most = 32;

    /// <summary>The numbers of a text; null: it is no list of finite numbers.</summary>
    public static IReadOnlyList<double>? Parse(string text)
    {
        var parts = text.Split(',');
        if (parts.Length > Most)
        {
            return null;
        }

        var numbers = new double[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!TryParse(parts[i], out numbers[i]))
            {
                return null;
            }
        }

        return numbers;
    }

    /// <summary>One finite number.</summary>
    public static bool TryParse(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    /// <summary>As <see cref="Parse"/> reads them.</summary>
    public static string Text(IEnumerable<double> numbers) => string.Join(',', numbers.Select(Text));

    /// <summary>One number, with at most 15 digits: 0.9, not 0.8999999999999999.</summary>
    public static string Text(double number) => number.ToString("G15", CultureInfo.InvariantCulture);

    /// <summary>Whether each number is greater than the one before it, and all are in a range.</summary>
    public static bool AreAscending(IReadOnlyList<double> numbers, double least, double most)
    {
        for (var i = 0; i < numbers.Count; i++)
        {
            var isAscending = i == 0 || numbers[i] > numbers[i - 1];
            if (!isAscending || numbers[i] < least || numbers[i] > most)
            {
                return false;
            }
        }

        return numbers.Count > 0;
    }
}
