using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Serving.Commands;
using Pipeline.Serving.Evaluation;

namespace Pipeline.Serving.Tests.Commands;

public sealed class EvaluationLinesTests
{
    [Fact]
    public void A_line_comes_every_ten_seconds_with_speed_and_time_left_by_pixels()
    {
        var time = new FakeTimeProvider();
        var log = new Lines();
        var lines = new EvaluationLines(log, time);
        EvaluationProgress Done(int images, long pixels) =>
            new(ImagesDone: images, Images: 100, PixelsDone: pixels, Pixels: 1000) { ImagesKept = 10, PixelsKept = 100 };

        lines.Report(Done(10, 100));
        time.Advance(TimeSpan.FromSeconds(9));
        lines.Report(Done(20, 400));
        time.Advance(TimeSpan.FromSeconds(1));
        lines.Report(Done(30, 500));
        time.Advance(TimeSpan.FromSeconds(9));
        lines.Report(Done(40, 600));
        time.Advance(TimeSpan.FromSeconds(11));
        lines.Report(Done(50, 700));
        time.Advance(TimeSpan.FromSeconds(11));
        lines.Report(Done(100, 1000));

        Assert.Equal(["30 of 100 images, 2.0 images/s, 0:00:12 left", "50 of 100 images, 1.3 images/s, 0:00:15 left"], log.Written);
    }

    [Fact]
    public void Nothing_is_said_of_a_speed_that_is_not_known() => Assert.Equal(
        "10 of 100 images",
        new EvaluationPace(new FakeTimeProvider()).Text(new EvaluationProgress(10, 100, 5, 50) { ImagesKept = 10, PixelsKept = 5 }));

    private sealed class Lines : ILogger
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add(formatter(state, exception));
    }
}
