namespace Pipeline.Serving.Tests;

/// <summary>Some tests have a long form, which runs when the environment variable <c>PIPELINE_LONG_TESTS</c> is 1.</summary>
internal static class LongTests
{
    /// <summary>Whether the long forms run.</summary>
    public static bool AreOn { get; } = Environment.GetEnvironmentVariable("PIPELINE_LONG_TESTS") == "1";
}
