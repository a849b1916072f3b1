using System.Net.Sockets;
using System.Text;
using Pipeline.Serving.Tests.Programs;

namespace Pipeline.Serving.Tests.Faults;

/// <summary>
/// A client's fault is one line of the log at information level, in a real run: it triggers no alert on warnings.
/// </summary>
public sealed class FaultLogTests : IAsyncLifetime
{
    private const int Limit = 100_000;
    private readonly string root = Directory.CreateTempSubdirectory("faults").FullName;
    private ServiceProcess service = null!;

    public async ValueTask InitializeAsync()
    {
        TinyModel.Export(root);
        service = await ServiceProcess.Start(root, Cancellation, "--max-body-bytes", $"{Limit}");
    }

    [Theory]
    [InlineData(
        "POST /v1/detect?threshold=NaN HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
        "POST /v1/detect: 400: Query: threshold: 'NaN'")]
    [InlineData("POST /v1/detect HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", "POST /v1/detect: 415: This is not a PNG")]
    [InlineData("POST /v1/detect HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "POST /v1/detect: 400: The body is empty")]
    [InlineData(
        "POST /v1/detect HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n\r\nabc",
        "POST /v1/detect: 413: The body has 100,001 bytes")]
    [InlineData(
        "POST /v1/detect HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n",
        "POST /v1/detect: 400: Bad chunk")]
    [InlineData("GET /nope%0d%0afail: HTTP/1.1\r\nHost: x\r\n\r\n", "GET /nope%0D%0Afail:: 404: Nothing is served at this path")]
    [InlineData("GET /v1/detect HTTP/1.1\r\nHost: x\r\n\r\n", "GET /v1/detect: 405: This method is not supported here")]
    [InlineData(
        "POST /v1/detect?%0afail:=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
        "POST /v1/detect: 400: Query: unknown parameter '?fail:'")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "a request could not be read:")]
    [InlineData("not http at all\r\n\r\n", "a request could not be read:")]
    [InlineData("GET / HTTP/9.9\r\nHost: x\r\n\r\n", "a request could not be read:")]
    [InlineData(
        "POST /v1/detect HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 3\r\n\r\n--x",
        "POST /v1/detect: 400: The form cannot be used: it ends early")]
    public async Task A_faulty_request_is_one_line(string request, string line)
    {
        using var client = await Connect();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), Cancellation);

        await AssertOneLine(line);
    }

    [Theory]
    [InlineData("Content-Length: 50000\r\n\r\nabc"), InlineData("Transfer-Encoding: chunked\r\n\r\n30\r\nabc")]
    [InlineData("Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 50000\r\n\r\n--x\r\n")]
    public async Task A_client_that_disconnects_within_its_body_is_one_line(string rest)
    {
        var client = await Connect();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("POST /v1/detect HTTP/1.1\r\nHost: x\r\n" + rest), Cancellation);
        await Task.Delay(200, Cancellation);
        client.Close();

        await AssertOneLine("POST /v1/detect: 4");
    }

    [Fact]
    public async Task A_body_of_unknown_length_over_the_limit_is_one_line()
    {
        using var client = await Connect();
        var chunk = $"{Limit + 1:x}\r\n{new string('x', Limit + 1)}\r\n0\r\n\r\n";
        var request = $"POST /v1/detect HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), Cancellation);

        await AssertOneLine("POST /v1/detect: 413: The body is too long");
    }

    [Fact]
    public async Task A_client_that_resets_the_connection_within_its_body_is_one_line()
    {
        var client = await Connect();
        client.LingerState = new LingerOption(true, 0);
        await client.GetStream().WriteAsync(
            "POST /v1/detect HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\nabc"u8.ToArray(), Cancellation);
        await Task.Delay(200, Cancellation);
        client.Client.Close(0);

        await AssertOneLine("POST /v1/detect: 499: The connection closed before the response was sent");
    }

    [Fact]
    public async Task A_correct_request_writes_no_line()
    {
        using var client = new HttpClient();
        using var image = new ByteArrayContent(ServiceFixture.Png());

        var answer = await client.PostAsync(new Uri(service.Address, "/v1/detect"), image, Cancellation);
        var end = await service.End("TERM", Cancellation);

        Assert.True(answer.IsSuccessStatusCode);
        Assert.Empty(end.Output);
    }

    public ValueTask DisposeAsync()
    {
        service.Dispose();
        Directory.Delete(root, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<TcpClient> Connect()
    {
        var client = new TcpClient();
        await client.ConnectAsync(service.Address.Host, service.Address.Port, Cancellation);
        return client;
    }

    /// <summary>Sends a last request, whose own line shows that the log is complete up to it.</summary>
    private async Task AssertOneLine(string text)
    {
        await service.ReadLogUntil(text, Cancellation);
        using var client = new HttpClient();
        await client.GetAsync(new Uri(service.Address, "/last"), Cancellation);
        await service.ReadLogUntil("/last", Cancellation);
        var end = await service.End("TERM", Cancellation);

        var lines = end.Output.Trim().Split('\n');
        Assert.True(lines.Length == 2, end.Output);
        Assert.All(lines, line => Assert.Matches("^[0-9TZ:.-]+ info: Pipeline\\.", line));
        Assert.Contains(text, lines[0]);
        Assert.DoesNotContain("   at ", end.Output);
        Assert.Empty(end.Errors);
        Assert.Equal(0, end.Code);
    }
}
