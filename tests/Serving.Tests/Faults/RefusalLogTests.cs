using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Tests.Faults;

public sealed class RefusalLogTests : IDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly Summaries summaries = new();
    private readonly RefusalLog log;

    public RefusalLogTests() => log = new RefusalLog(time, summaries);

    [Fact]
    public void Refusals_for_want_of_room_or_time_are_one_line_a_second()
    {
        for (var i = 0; i < 1_000; i++)
        {
            Assert.False(log.MayLog(FaultKind.QueueFull));
        }

        Assert.False(log.MayLog(FaultKind.DeadlineExceeded));
        time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.Empty(summaries.Lines);
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(["requests refused within a second: 1 deadline, 1000 queue_full"], summaries.Lines);
    }

    [Fact]
    public void Other_refusals_have_lines_of_their_own_up_to_a_number_a_second()
    {
        for (var i = 0; i < RefusalLog.LinesPerSecond; i++)
        {
            Assert.True(log.MayLog(FaultKind.Malformed));
        }

        Assert.False(log.MayLog(FaultKind.Malformed));
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(["requests refused within a second: 1 invalid"], summaries.Lines);
        Assert.True(log.MayLog(FaultKind.Malformed));
    }

    public void Dispose() => log.Dispose();

    private sealed class Summaries : ILogger<RefusalLog>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
