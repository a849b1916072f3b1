using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;

namespace Pipeline.Benchmarks.Load;

/// <summary>What came of one request.</summary>
/// <param name="Status">HTTP status; 0 when the connection failed.</param>
/// <param name="Seconds">From the scheduled start to the last byte of the answer.</param>
/// <param name="HasRetryAfter">Whether the answer says when to try again.</param>
internal readonly record struct RequestResult(int Status, double Seconds, bool HasRetryAfter);

/// <summary>Sends images to the service, as tensors of the Open Inference Protocol or as files to the Detect API.</summary>
/// <param name="service">Address of the service.</param>
/// <param name="model">Name of the model.</param>
internal sealed class DetectionRequests(Uri service, string model) : IDisposable
{
    private const string HeaderLength = "Inference-Header-Content-Length";

    /// <summary>Made once: on two cores the service pays for what its clients compute.</summary>
    private readonly ConcurrentDictionary<LoadImage, (byte[] Body, int JsonLength)> bodies = new(ReferenceEqualityComparer.Instance);

    private readonly HttpClient client = new(new SocketsHttpHandler { MaxConnectionsPerServer = 10_000 })
    {
        BaseAddress = service,
        Timeout = TimeSpan.FromMinutes(10),
    };

    /// <summary>Sends the pixels, already decoded.</summary>
    public Task<RequestResult> SendTensorAsync(LoadImage image, long scheduled)
    {
        var (body, jsonLength) = bodies.GetOrAdd(image, BodyOf);
        var request = new HttpRequestMessage(HttpMethod.Post, $"/v2/models/{model}/infer") { Content = new ByteArrayContent(body) };
        request.Headers.Add(HeaderLength, $"{jsonLength}");
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return SendAsync(request, scheduled);
    }

    /// <summary>Sends the file to the Detect API.</summary>
    /// <param name="image">The image.</param>
    /// <param name="timeoutMs">The deadline that the request asks for, in milliseconds.</param>
    /// <param name="scheduled">Time stamp from which the time counts.</param>
    public Task<RequestResult> SendFileAsync(LoadImage image, int timeoutMs, long scheduled)
    {
        var path = $"/v1/detect?model={model}&timeout={timeoutMs}";
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(image.Encoded) };
        return SendAsync(request, scheduled);
    }

    public void Dispose() => client.Dispose();

    private static (byte[] Body, int JsonLength) BodyOf(LoadImage image)
    {
        var shape = $"[1,{image.HeightPixels},{image.WidthPixels},3]";
        var parameters = $$"""{"binary_data_size":{{image.Pixels.Length}}}""";
        var input = $$"""{"name":"images","datatype":"UINT8","shape":{{shape}},"parameters":{{parameters}}}""";
        var json = Encoding.UTF8.GetBytes($$$"""{"inputs":[{{{input}}}],"parameters":{"binary_data_output":true}}""");
        return ([.. json, .. image.Pixels], json.Length);
    }

    private async Task<RequestResult> SendAsync(HttpRequestMessage request, long scheduled)
    {
        using (request)
        {
            try
            {
                using var answer = await client.SendAsync(request);
                await answer.Content.LoadIntoBufferAsync();
                var seconds = Stopwatch.GetElapsedTime(scheduled).TotalSeconds;
                return new RequestResult((int)answer.StatusCode, seconds, answer.Headers.RetryAfter is not null);
            }
            catch (HttpRequestException)
            {
                return new RequestResult(Status: 0, Stopwatch.GetElapsedTime(scheduled).TotalSeconds, HasRetryAfter: false);
            }
        }
    }
}
