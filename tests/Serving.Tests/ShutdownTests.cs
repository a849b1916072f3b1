using System.Diagnostics;
using System.Net.Sockets;
using Pipeline.Serving.Tests.Programs;

namespace Pipeline.Serving.Tests;

public sealed class ShutdownTests : IDisposable
{
    private static readonly TimeSpan Prompt = TimeSpan.FromSeconds(10);
    private readonly string root = Directory.CreateTempSubdirectory("shutdown").FullName;

    public ShutdownTests() => TinyModel.Export(root);

    [Fact]
    public async Task A_signal_ends_the_service_even_while_a_client_hangs()
    {
        const string Unfinished = "POST /v1/detect HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\nabc";
        (string Signal, string Request)[] cases =
        [
            ("TERM", Unfinished),
            ("INT", Unfinished),
            ("TERM", "GET /healthz/live HTTP/1.1\r\nHost: x\r\n\r\n"),
            ("TERM", "GET /hea"),
            ("TERM", ""),
        ];

        // Each waits for some seconds, and none for another.
        await Task.WhenAll(cases.Select(hanging => EndsPromptly(hanging.Signal, hanging.Request)));
    }

    [Fact]
    public async Task A_second_signal_ends_it_at_once()
    {
        using var service = await ServiceProcess.Start(root, Cancellation);
        using var client = await Connect(service, "POST /v1/detect HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\nabc");
        service.Signal("TERM");
        await Task.Delay(300, Cancellation);
        var start = Stopwatch.GetTimestamp();

        await service.End("TERM", Cancellation);

        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task EndsPromptly(string signal, string request)
    {
        using var service = await ServiceProcess.Start(root, Cancellation);
        using var client = await Connect(service, request);
        var start = Stopwatch.GetTimestamp();

        var end = await service.End(signal, Cancellation);

        var name = $"{signal} after '{request}': {end.Output}{end.Errors}";
        Assert.True(Stopwatch.GetElapsedTime(start) <= Prompt, name);
        Assert.True(end.Code == 0, name);
        Assert.True(end.Errors.Length == 0, name);
        Assert.True(!end.Output.Contains("   at ", StringComparison.Ordinal), name);
    }

    private static async Task<TcpClient> Connect(ServiceProcess service, string request)
    {
        var client = new TcpClient();
        await client.ConnectAsync(service.Address.Host, service.Address.Port, Cancellation);
        await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(request), Cancellation);
        await Task.Delay(300, Cancellation);
        return client;
    }
}
