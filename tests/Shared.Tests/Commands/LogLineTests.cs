using Microsoft.Extensions.Logging;
using Pipeline.Shared.Commands;

namespace Pipeline.Shared.Tests.Commands;

public sealed class LogLineTests
{
    [Theory]
    [InlineData(LogLevel.Trace, "a detail", "a detail")]
    [InlineData(LogLevel.Information, "epoch 1", "epoch 1")]
    [InlineData(LogLevel.Warning, "a frame is left out", "warning: a frame is left out")]
    [InlineData(LogLevel.Warning, "warning: a frame is left out", "warning: a frame is left out")]
    [InlineData(LogLevel.Error, "it broke", "error: it broke")]
    [InlineData(LogLevel.Information, "a\r\nb\nc", "a b c")]
    public void An_event_is_one_line_that_says_once_what_it_is(LogLevel level, string message, string line) =>
        Assert.Equal(line, LogLine.Of(level, message));
}
