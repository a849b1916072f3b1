using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Pipeline.Serving.Protocols.Detect;
using Pipeline.Serving.Tests.Models;
using Pipeline.Serving.Tests.Programs;

namespace Pipeline.Serving.Tests.Lifecycle;

/// <summary>The real process ends while clients use it.</summary>
public sealed class EndUnderLoadTests : IDisposable
{
    private readonly TinyRepository repository = new();

    public EndUnderLoadTests() => repository.Publish(1);

    [Fact]
    public async Task A_signal_under_load_loses_no_request_that_was_accepted()
    {
        using var service = await ServiceProcess.Start(repository.Root, Cancellation);
        using var begun = new CountdownEvent(40);
        var clients = Enumerable.Range(0, 8).Select(_ => Task.Run(() => SendUntilRefused(service.Address, begun))).ToArray();
        begun.Wait(Cancellation);

        var end = await service.End("TERM", Cancellation);

        var answered = (await Task.WhenAll(clients)).Sum();
        Assert.True(answered >= 40, $"{answered} requests were answered");
        Assert.Equal(0, end.Code);
        Assert.Empty(end.Errors);
        Assert.DoesNotContain("   at ", end.Output);
    }

    [Fact]
    public async Task A_request_whose_body_arrives_after_the_signal_is_answered()
    {
        using var service = await ServiceProcess.Start(repository.Root, Cancellation);
        using var client = new TcpClient();
        await client.ConnectAsync(service.Address.Host, service.Address.Port, Cancellation);
        var png = ServiceFixture.Png();
        var head = Encoding.ASCII.GetBytes($"POST /v1/detect HTTP/1.1\r\nHost: x\r\nContent-Length: {png.Length}\r\n\r\n");
        await client.GetStream().WriteAsync(head, Cancellation);
        await client.GetStream().WriteAsync(png.AsMemory(0, 100), Cancellation);
        await Task.Delay(300, Cancellation);
        service.Signal("TERM");
        await Task.Delay(700, Cancellation);

        await client.GetStream().WriteAsync(png.AsMemory(100), Cancellation);

        using var reader = new StreamReader(client.GetStream());
        var answer = await reader.ReadToEndAsync(Cancellation);
        Assert.StartsWith("HTTP/1.1 200", answer);
        Assert.Contains("\"model\":\"tiny\"", answer);
        Assert.Equal(0, (await service.End("CONT", Cancellation)).Code);
    }

    [Fact]
    public async Task What_is_not_done_within_the_time_that_the_options_allow_is_cut_off_and_the_exit_code_is_zero()
    {
        var start = BuiltPrograms.Start(BuiltPrograms.Serve, "--models", repository.Root, "--url", "http://127.0.0.1:0");
        start.Environment["PIPELINE__LIFECYCLE__INCOMPLETEREQUESTMS"] = "600000";
        start.Environment["PIPELINE__LIFECYCLE__SHUTDOWNTIMEOUTMS"] = "500";
        using var service = await ServiceProcess.Start(start, Cancellation);
        using var client = new TcpClient();
        await client.ConnectAsync(service.Address.Host, service.Address.Port, Cancellation);
        var part = "POST /v1/detect HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc"u8.ToArray();
        await client.GetStream().WriteAsync(part, Cancellation);
        await Task.Delay(300, Cancellation);

        var end = await service.End("TERM", Cancellation);

        Assert.Equal((0, ""), (end.Code, end.Errors));
        Assert.DoesNotContain("   at ", end.Output);
    }

    [Fact]
    public async Task A_killed_service_leaves_nothing_to_repair()
    {
        for (var i = 0; i < 2; i++)
        {
            using var service = await ServiceProcess.Start(repository.Root, Cancellation);
            using var begun = new CountdownEvent(4);
            var client = Task.Run(() => SendUntilRefused(service.Address, begun, mayBeCut: true), Cancellation);
            begun.Wait(Cancellation);
            await service.End("KILL", Cancellation);
            await client;
        }

        Assert.Equal(["manifest.json", "model.onnx"], Directory.GetFiles(repository.Folder(1)).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_full_log_disk_does_not_stop_serving()
    {
        if (!File.Exists("/dev/full"))
        {
            Assert.Skip("This system has no /dev/full.");
        }

        var port = FreePort();
        var command = $"exec {BuiltPrograms.Serve} --models {repository.Root} --url http://127.0.0.1:{port} >/dev/full";
        using var process = System.Diagnostics.Process.Start(BuiltPrograms.Start("/bin/sh", "-c", command))!;
        var errors = process.StandardError.ReadToEndAsync(Cancellation);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        try
        {
            await UntilReady(client);
            using var nonsense = new ByteArrayContent("no image"u8.ToArray());
            using var image = new ByteArrayContent(ServiceFixture.Png());
            for (var i = 0; i < 5; i++)
            {
                using var refused = await client.PostAsync("/v1/detect", nonsense, Cancellation);
                using var answered = await client.PostAsync("/v1/detect", image, Cancellation);
                Assert.Equal(HttpStatusCode.UnsupportedMediaType, refused.StatusCode);
                Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
            }
        }
        finally
        {
            using var kill = System.Diagnostics.Process.Start("kill", ["-TERM", $"{process.Id}"]);
            await process.WaitForExitAsync(Cancellation);
        }

        Assert.Equal((0, ""), (process.ExitCode, await errors));
    }

    public void Dispose() => repository.Dispose();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>
    /// Sends requests on a connection of its own each, until one is refused. Whatever has a response head must be a whole, right answer.
    /// </summary>
    /// <returns>How many were answered.</returns>
    private static async Task<int> SendUntilRefused(Uri address, CountdownEvent begun, bool mayBeCut = false)
    {
        using var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero };
        using var client = new HttpClient(handler) { BaseAddress = address };
        var answered = 0;
        while (true)
        {
            HttpResponseMessage answer;
            try
            {
                using var image = new ByteArrayContent(ServiceFixture.Png());
                using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/detect") { Content = image };
                answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            }
            catch (HttpRequestException)
            {
                return answered;
            }

            try
            {
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                var found = await answer.Content.ReadFromJsonAsync<DetectResponse>();
                Assert.StartsWith(TinyRepository.Mark(1), found!.Detections[0].Label);
            }
            catch (Exception exception) when (mayBeCut && exception is HttpRequestException or IOException)
            {
                return answered;
            }

            answered++;
            if (!begun.IsSet)
            {
                TrySignal(begun);
            }
        }
    }

    private static void TrySignal(CountdownEvent begun)
    {
        try
        {
            begun.Signal();
        }
        catch (InvalidOperationException)
        {
            // Another client was the last.
        }
    }

    private static async Task UntilReady(HttpClient client)
    {
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync("/healthz/ready", Cancellation);
                answer.EnsureSuccessStatusCode();
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(50, Cancellation);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
