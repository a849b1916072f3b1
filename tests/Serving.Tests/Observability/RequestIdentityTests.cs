using Pipeline.Serving.Tests.Models;
using Pipeline.Serving.Tests.Programs;

namespace Pipeline.Serving.Tests.Observability;

/// <summary>The lines of a request in the log of the real process.</summary>
public sealed class RequestIdentityTests : IAsyncLifetime
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private readonly TinyRepository repository = new();
    private readonly HttpClient client = new();
    private ServiceProcess service = null!;

    public async ValueTask InitializeAsync()
    {
        repository.Publish(1);
        service = await ServiceProcess.Start(repository.Root, Cancellation);
        client.BaseAddress = service.Address;
    }

    [Fact]
    public async Task The_clients_id_is_repeated_and_stands_in_the_line_with_its_trace()
    {
        var (id, line) = await Ask("/nothing-1", "order-7:4/b", $"00-{Trace}-00f067aa0ba902b7-01");

        Assert.Equal("order-7:4/b", id);
        Assert.EndsWith($" request_id=order-7:4/b trace_id={Trace}", line);
    }

    [Theory]
    [InlineData("/nothing-2", null), InlineData("/nothing-3", "two words"), InlineData("/nothing-4", "tab\tbed")]
    [InlineData("/nothing-5", "long")]
    public async Task Another_request_gets_a_new_id_and_no_trace(string path, string? sent)
    {
        var (id, line) = await Ask(path, sent == "long" ? new string('x', 129) : sent, traceparent: "nonsense");

        Assert.Matches("^[0-9a-f]{32}$", id);
        Assert.EndsWith($" request_id={id}", line);
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        service.Dispose();
        repository.Dispose();
        return ValueTask.CompletedTask;
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<(string Id, string Line)> Ask(string path, string? id, string traceparent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("X-Request-ID", id);
        request.Headers.TryAddWithoutValidation("traceparent", traceparent);
        using var answer = await client.SendAsync(request, Cancellation);
        return (Assert.Single(answer.Headers.GetValues("X-Request-ID")), await service.ReadLogUntil(path, Cancellation));
    }
}
