namespace Pipeline.Serving.Configuration;

/// <summary>
/// Marks an option that is never printed. It has no command-line flag: every user of a machine can read the arguments of its processes.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecretAttribute : Attribute;
