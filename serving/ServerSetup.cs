using Microsoft.AspNetCore.Server.Kestrel.Core;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Lifecycle;
using Pipeline.Serving.Listening;
using Pipeline.Serving.Security;
using Pipeline.Shared;
using ListenOptions = Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions;

namespace Pipeline.Serving;

/// <summary>Where the server listens, what it speaks there, and what it takes from a connection.</summary>
internal sealed class ServerSetup
{
    /// <summary>Calls that one gRPC client may have in flight: more than are let in, so that it is told and does not just wait.</summary>
    private const int StreamsPerConnection = 1_000;

    private const int MaxHeaders = 64;
    private const int MaxHeaderBytes = 16_384;
    private static readonly TimeSpan GraceOfSlowBodies = TimeSpan.FromSeconds(5);
    private readonly LimitOptions limits;
    private readonly TlsSettings? tls;
    private readonly IReadOnlyList<ListenAddress> http;
    private readonly IReadOnlyList<ListenAddress> grpc;
    private readonly IReadOnlyList<ListenAddress> metrics;

    /// <exception cref="UserErrorException">
    /// An address cannot be listened on, a certificate cannot be used, or one is missing or superfluous.
    /// </exception>
    public ServerSetup(ServiceOptions options)
    {
        limits = options.Limits;
        http = ListenAddress.ReadAll(options.Listen.Url);
        grpc = GrpcAddresses.Read(options.Listen.GrpcUrl, http);
        metrics = options.Listen.MetricsUrl is { } own ? ListenAddress.ReadAll(own, "--metrics-url") : [];
        tls = TlsSettings.Read(options.Security);
        RequireCertificate();
    }

    /// <summary>Whether metrics have an address of their own.</summary>
    public bool HasMetricsPort => metrics.Count > 0;

    /// <summary>Configures the server.</summary>
    public void Apply(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = limits.MaxBodyBytes;
        kestrel.Limits.MaxConcurrentConnections = limits.MaxConnections;
        kestrel.Limits.MaxRequestHeaderCount = MaxHeaders;
        kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromMilliseconds(limits.HeadersTimeoutMs);
        kestrel.Limits.MinRequestBodyDataRate = limits.MinBodyBytesPerSecond > 0
            ? new MinDataRate(limits.MinBodyBytesPerSecond, GraceOfSlowBodies)
            : null;
        kestrel.Limits.Http2.MaxStreamsPerConnection = StreamsPerConnection;
        var connections = kestrel.ApplicationServices.GetRequiredService<OpenConnections>();
        kestrel.ConfigureEndpointDefaults(listen => listen.Use(next => connection => connections.WatchAsync(connection, next)));
        Listen(kestrel, http, address => address.IsSecure ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1, _ => { });
        Listen(kestrel, grpc, _ => HttpProtocols.Http2, _ => { });
        Listen(kestrel, metrics, _ => HttpProtocols.Http1, MetricsPort.MarkConnections);
    }

    private void Listen(
        KestrelServerOptions kestrel,
        IEnumerable<ListenAddress> addresses,
        Func<ListenAddress, HttpProtocols> protocols,
        Action<ListenOptions> configure)
    {
        foreach (var address in addresses)
        {
            address.Apply(kestrel, listen =>
            {
                listen.Protocols = protocols(address);
                configure(listen);
                if (address.IsSecure)
                {
                    listen.UseHttps(tls!.Apply);
                }
            });
        }
    }

    private void RequireCertificate()
    {
        var secure = http.Concat(grpc).Concat(metrics).FirstOrDefault(address => address.IsSecure);
        if (secure is not null && tls is null)
        {
            throw new UserErrorException($"--url: '{secure.Text}': https needs a certificate; name its file with --certificate.");
        }

        if (secure is null && tls is not null)
        {
            throw new UserErrorException("--certificate: no address begins with https://, so nothing would be encrypted; change --url.");
        }
    }
}
