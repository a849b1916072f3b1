using System.Globalization;

namespace Pipeline.Golden;

/// <summary>Runs a test under the invariant culture and under one whose decimal sign is a comma.</summary>
internal static class EachCulture
{
    public static void Run(Action test)
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            foreach (var culture in new[] { CultureInfo.InvariantCulture, DecimalComma() })
            {
                CultureInfo.CurrentCulture = culture;
                test();
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    /// <summary>As German writes numbers; built by hand, since the programs run without the machine's cultures.</summary>
    private static CultureInfo DecimalComma()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NumberGroupSeparator = ".";
        return culture;
    }
}
