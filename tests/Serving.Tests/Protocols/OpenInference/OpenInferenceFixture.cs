using System.Net.Sockets;
using System.Text;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Pipeline.Serving.Inference;
using Pipeline.Serving.Protocols.OpenInference.Grpc.Messages;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Tests.Protocols.OpenInference;

/// <summary>The service with a tiny model inside the test process, with clients of both transports, and the same model beside it.</summary>
public sealed class OpenInferenceFixture : IAsyncLifetime
{
    public const int MaxBodyBytes = 2_000_000;
    public const int MaxImages = 4;
    private readonly string root = Directory.CreateTempSubdirectory("inference").FullName;
    private WebApplication app = null!;
    private GrpcChannel channel = null!;
    private DetectorModel model = null!;

    /// <summary>A client of the HTTP address.</summary>
    public HttpClient Client { get; } = new();

    /// <summary>Where gRPC listens.</summary>
    public string GrpcAddress { get; private set; } = "";

    internal GRPCInferenceService.GRPCInferenceServiceClient Grpc => new(channel);

    internal GrpcChannel Channel => channel;

    /// <summary>Rows that the model returns for each image.</summary>
    public int Rows => model.Manifest.MaxDetections;

    public async ValueTask InitializeAsync()
    {
        model = DetectorModel.Load(TinyModel.Export(root), threads: 1);
        var options = ServiceFixture.Options(root, "http://127.0.0.1:0");
        app = DetectionService.Build(options with
        {
            Execution = options.Execution with { Threads = 1 },
            Limits = options.Limits with { MaxBodyBytes = MaxBodyBytes, MaxImages = MaxImages },
        });
        await app.StartAsync();
        Client.BaseAddress = new Uri(app.Urls.First());
        GrpcAddress = app.Urls.ElementAt(1);
        channel = GrpcChannel.ForAddress(GrpcAddress);
    }

    /// <summary>Images of noise, the same for each seed.</summary>
    internal static RgbImage Noise(int widthPixels, int heightPixels, int seed)
    {
        var image = RgbImage.Allocate(widthPixels, heightPixels);
        new Random(seed).NextBytes(image.Pixels);
        return image;
    }

    /// <summary>What the model itself finds.</summary>
    internal IReadOnlyList<Detection> Detect(RgbImage image) => model.Detect([image])[0];

    /// <summary>Sends bytes over TCP as they are, and returns everything that comes back until the server closes the connection.</summary>
    public async Task<byte[]> Exchange(params byte[][] parts)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync("127.0.0.1", Client.BaseAddress!.Port, TestContext.Current.CancellationToken);
        await using var stream = connection.GetStream();
        foreach (var part in parts)
        {
            await stream.WriteAsync(part, TestContext.Current.CancellationToken);
        }

        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer, TestContext.Current.CancellationToken);
        return answer.ToArray();
    }

    /// <summary>The head of a request over HTTP/1.1 that ends the connection.</summary>
    internal static byte[] Head(string requestLine, params string[] headers) => Encoding.ASCII.GetBytes(
        $"{requestLine} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{string.Concat(headers.Select(line => line + "\r\n"))}\r\n");

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        channel.Dispose();
        await app.DisposeAsync();
        model.Dispose();
        Directory.Delete(root, recursive: true);
    }
}
