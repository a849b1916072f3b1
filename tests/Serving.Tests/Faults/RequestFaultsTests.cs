using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Inference;

namespace Pipeline.Serving.Tests.Faults;

public sealed class RequestFaultsTests
{
    private readonly RecordingLogger log = new();

    [Fact]
    public async Task A_failing_model_is_one_plain_sentence_and_one_line_without_a_stack_trace()
    {
        var native = new InvalidOperationException("onnxruntime::ExecuteKernel");
        var answer = await Answer(new InferenceException("model street failed\nat node 3", native));

        Assert.Equal(500, answer.Status);
        Assert.Equal("The model failed on this image; the service's log has the details.", answer.Detail);
        var line = Assert.Single(log.Lines);
        Assert.Equal(LogLevel.Error, line.Level);
        Assert.Equal("POST /v1/detect: 500: the model failed: model street failed?at node 3", line.Text);
        Assert.Null(line.Cause);
    }

    [Fact]
    public async Task A_failure_of_the_service_keeps_its_stack_trace_in_the_log_and_out_of_the_response()
    {
        var defect = new InvalidOperationException("secret");
        var answer = await Answer(defect);

        Assert.Equal(500, answer.Status);
        Assert.DoesNotContain("secret", answer.Detail);
        Assert.Same(defect, Assert.Single(log.Lines).Cause);
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task A_closed_connection_is_logged_as_information_even_before_the_server_reports_it(bool isGone)
    {
        await Answer(new OperationCanceledException(), isGone);

        var line = Assert.Single(log.Lines);
        Assert.Equal(LogLevel.Information, line.Level);
        Assert.StartsWith("POST /v1/detect: 499: The connection closed before the response was sent", line.Text);
    }

    [Fact]
    public async Task A_refusal_keeps_its_status_and_control_characters_stay_out_of_the_log()
    {
        var refusal = new RefusedRequestException(FaultKind.DamagedImage, "one\r\ntwo\u001b[31m\u202ethree\u2028");

        var answer = await Answer(refusal);

        Assert.Equal(422, answer.Status);
        Assert.Equal("POST /v1/detect: 422: one??two?[31m?three?", Assert.Single(log.Lines).Text);
    }

    private async Task<(int Status, string Detail)> Answer(Exception exception, bool isGone = false)
    {
        using var body = new MemoryStream();
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = services, RequestAborted = new CancellationToken(isGone) };
        context.Request.Method = "POST";
        context.Request.Path = "/v1/detect";
        context.Response.Body = body;

        using var refusals = new RefusalLog(TimeProvider.System, NullLogger<RefusalLog>.Instance);
        await new RequestFaults(_ => throw exception, log, new LimitOptions(), refusals).InvokeAsync(context);

        var text = body.ToArray();
        var detail = text.Length == 0 ? "" : JsonDocument.Parse(text).RootElement.GetProperty("detail").GetString()!;
        return (context.Response.StatusCode, detail);
    }

    private sealed record Line(LogLevel Level, string Text, Exception? Cause);

    private sealed class RecordingLogger : ILogger<RequestFaults>
    {
        public List<Line> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(new Line(logLevel, formatter(state, exception), exception));
    }
}
