using Microsoft.Extensions.Logging;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Datasets;

namespace Pipeline.Training.Commands;

/// <summary>A finding as a line of standard error.</summary>
internal static class FindingLine
{
    /// <summary>Begins with <c>error: </c> or <c>warning: </c>; has no control characters, whatever the data contain.</summary>
    public static string Line(this Finding finding)
    {
        var line = LogLine.Of(finding.IsError ? LogLevel.Error : LogLevel.Warning, finding.ToString());
        return string.Concat(line.Select(letter => char.IsControl(letter) ? '?' : letter));
    }
}
