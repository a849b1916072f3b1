using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Serving.Observability;

namespace Pipeline.Serving.Tests.Observability;

public sealed class ServiceLineFormatterTests
{
    private const string Line =
        @"^[0-9-]+T[0-9:]+[.][0-9]{3}Z fail: Pipeline[.]Some\[3\] it broke InvalidOperationException: the first cause\n";

    [Fact]
    public void An_exception_is_its_type_and_message_in_the_line() =>
        Assert.Matches(Line + "$", Written(stackTraces: false));

    [Fact]
    public void A_stack_trace_follows_when_they_are_requested()
    {
        var written = Written(stackTraces: true);

        Assert.Matches(Line, written);
        Assert.Contains("\n   at Pipeline.Serving.Tests.", written);
    }

    private static string Written(bool stackTraces)
    {
        var thrown = Assert.Throws<InvalidOperationException>(Throw);
        var entry = new LogEntry<string>(LogLevel.Error, "Pipeline.Some", new EventId(3), "it\nbroke", thrown, (text, _) => text);
        using var written = new StringWriter { NewLine = "\n" };
        new ServiceLineFormatter(new ServiceLineOptions(stackTraces)).Write(entry, null, written);
        return written.ToString();
    }

    private static void Throw() => throw new InvalidOperationException("the first\ncause");
}
