namespace Pipeline.Shared.Configuration;

/// <summary>A setting is wrong.</summary>
/// <param name="where">File and line, the environment variable, or the option.</param>
/// <param name="key">The setting, as <c>detector.fpnChannels</c>.</param>
/// <param name="reason">What is wrong and what to do.</param>
public sealed class ConfigurationException(string where, string key, string reason) : UserErrorException($"{where}: {key}: {reason}");
