using System.Net.Sockets;
using System.Text;

namespace Pipeline.Serving.Tests.Faults;

/// <summary>
/// A client's fault is one line of the log at information level, in a real run: it triggers no alert on warnings.
/// </summary>
/// <param name="logged">One service for all of them.</param>
public sealed class FaultLogTests(LoggedService logged) : IClassFixture<LoggedService>
{
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
        using (var client = await Connect())
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), Cancellation);
            await logged.ReadUntil(line, Cancellation);
        }

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
        await logged.ReadUntil("POST /v1/detect: 4", Cancellation);

        await AssertOneLine("POST /v1/detect: 4");
    }

    [Fact]
    public async Task A_body_of_unknown_length_over_the_limit_is_one_line()
    {
        const string Line = "POST /v1/detect: 413: The body is too long";
        const int Length = LoggedService.MaxBodyBytes + 1;
        using (var client = await Connect())
        {
            var chunk = $"{Length:x}\r\n{new string('x', Length)}\r\n0\r\n\r\n";
            var request = $"POST /v1/detect HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}";
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), Cancellation);
            await logged.ReadUntil(Line, Cancellation);
        }

        await AssertOneLine(Line);
    }

    [Fact]
    public async Task A_client_that_resets_the_connection_within_its_body_is_one_line()
    {
        const string Line = "POST /v1/detect: 499: The connection closed before the response was sent";
        var client = await Connect();
        client.LingerState = new LingerOption(true, 0);
        await client.GetStream().WriteAsync(
            "POST /v1/detect HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\nabc"u8.ToArray(), Cancellation);
        await Task.Delay(200, Cancellation);
        client.Client.Close(0);
        await logged.ReadUntil(Line, Cancellation);

        await AssertOneLine(Line);
    }

    [Fact]
    public async Task A_correct_request_writes_no_line()
    {
        using var client = new HttpClient();
        using var image = new ByteArrayContent(ServiceFixture.Png());

        var answer = await client.PostAsync(new Uri(logged.Address, "/v1/detect"), image, Cancellation);

        Assert.True(answer.IsSuccessStatusCode);
        Assert.Single(await logged.LinesUpToNow(Cancellation));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<TcpClient> Connect()
    {
        var client = new TcpClient();
        await client.ConnectAsync(logged.Address.Host, logged.Address.Port, Cancellation);
        return client;
    }

    private async Task AssertOneLine(string text)
    {
        var lines = await logged.LinesUpToNow(Cancellation);

        Assert.True(lines.Count == 2, string.Concat(lines));
        Assert.All(lines, line => Assert.Matches("^[0-9TZ:.-]+ info: Pipeline\\.", line));
        Assert.Contains(text, lines[0]);
        Assert.All(lines, line => Assert.DoesNotContain("   at ", line));
    }
}
