using Pipeline.Serving.Faults;
using Pipeline.Serving.Models;

namespace Pipeline.Serving.Protocols.OpenInference;

/// <summary>Checks the name and the version of a model as a client sent them, before anything is looked up with them.</summary>
internal static class ModelAddress
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

        return ModelName.IsValid(name)
            ? name
            : throw new RefusedRequestException(
                FaultKind.Malformed,
                $"{Quoted.Text(name)} is not a valid model name; a name has up to 100 letters, digits, '-', '_' and '.'.");
    }

    /// <returns>The version; null when none was sent, which selects the newest that is ready.</returns>
    /// <exception cref="RefusedRequestException">It is not a positive whole number.</exception>
    public static string? RequireVersion(string? version)
    {
        if (string.IsNullOrEmpty(version))
        {
            return null;
        }

        return ModelName.ReadVersion(version) is not null
            ? version
            : throw new RefusedRequestException(
                FaultKind.Malformed,
                $"{Quoted.Text(version)} is not a valid version; send a whole number of up to nine digits, or none for the newest.");
    }
}
