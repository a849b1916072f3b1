using System.Text.RegularExpressions;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Protocols.OpenInference;

/// <summary>Checks the name and the version of a model as a client sent them, before anything is looked up with them.</summary>
internal static partial class ModelAddress
{
    /// <returns>The name.</returns>
    /// <exception cref="RefusedRequestException">
    /// It is missing, or contains what no name contains, such as a separator of paths.
    /// </exception>
    public static string RequireName(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            throw new RefusedRequestException(
                FaultKind.Malformed, "The name of the model is missing; send the name of a model of the index.");
        }

        return NamePattern().IsMatch(name)
            ? name
            : throw new RefusedRequestException(
                FaultKind.Malformed,
                $"{Quoted.Text(name)} is not a valid model name; a name has up to 128 letters, digits, '-', '_' and '.'.");
    }

    /// <returns>The version; null when none was sent, which selects the newest that is ready.</returns>
    /// <exception cref="RefusedRequestException">It is not a positive whole number.</exception>
    public static string? RequireVersion(string? version)
    {
        if (string.IsNullOrEmpty(version))
        {
            return null;
        }

        return VersionPattern().IsMatch(version)
            ? version
            : throw new RefusedRequestException(
                FaultKind.Malformed,
                $"{Quoted.Text(version)} is not a valid version; a version is a whole number from 1, and without one the newest answers.");
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}\z")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"^[1-9][0-9]{0,17}\z")]
    private static partial Regex VersionPattern();
}
