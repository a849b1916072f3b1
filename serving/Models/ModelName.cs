using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Models;

/// <summary>
/// Names and versions as requests spell them. They are looked up in what the repository listed, never in the file system.
/// </summary>
internal static partial class ModelName
{
    private const int LongestShown = 100;

    /// <summary>Whether a text can name a model.</summary>
    public static bool IsValid(string name) => ModelDirectory.IsName(name);

    /// <summary>The number of a version; null for a text that is not a positive whole number of at most nine digits.</summary>
    public static int? ReadVersion(string text) =>
        VersionPattern().IsMatch(text) ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : null;

    /// <summary>Text from a request, truncated for a message.</summary>
    public static string Shown(string text) => Faults.LogText.OneLine(text, LongestShown);

    [GeneratedRegex(@"^[1-9][0-9]{0,8}\z")]
    private static partial Regex VersionPattern();
}
