using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Protocols.OpenInference;

/// <summary>What a message shows of a text that a client sent.</summary>
internal static class Quoted
{
    private const int Longest = 60;

    /// <summary>The text in quotes, on one line, truncated.</summary>
    public static string Text(string text) => $"'{LogText.OneLine(text, Longest)}'";
}
