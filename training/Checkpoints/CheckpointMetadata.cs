using System.Text.Json;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;

namespace Pipeline.Training.Checkpoints;

/// <summary>
/// The options that a checkpoint says it was built from. A file may say anything: they keep to the same bounds as a user's settings.
/// </summary>
internal static class CheckpointMetadata
{
    /// <param name="content">The checkpoint.</param>
    /// <param name="key">Of the metadata; it is there.</param>
    /// <param name="path">Named in error messages.</param>
    /// <exception cref="UserErrorException">The text is not of the type, or a setting is out of its bounds.</exception>
    public static T Read<T>(SafetensorsContent content, string key, string path)
        where T : class
    {
        try
        {
            var options = JsonSerializer.Deserialize<T>(content.Metadata[key], JsonFormat.Options)
                ?? throw new UserErrorException($"{path}: its metadata '{key}' is null.");
            OptionRules.Check(options, _ => $"{path}: metadata '{key}'");
            return options;
        }
        catch (JsonException exception)
        {
            throw new UserErrorException($"{path}: its metadata '{key}' cannot be read: {exception.Message}", exception);
        }
    }
}
