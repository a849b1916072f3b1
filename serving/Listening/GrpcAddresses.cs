using Pipeline.Shared;

namespace Pipeline.Serving.Listening;

/// <summary>Where gRPC listens. Without TLS it needs ports of its own, because there a server cannot tell HTTP/2 from HTTP/1.1.</summary>
internal static class GrpcAddresses
{
    private const string Off = "none";

    /// <summary>The addresses; none when gRPC is off.</summary>
    /// <param name="grpcUrl">
    /// The value of <c>--grpc-url</c>; null for the port after the first HTTP address, or none if that is a socket.
    /// </param>
    /// <param name="http">The HTTP addresses.</param>
    /// <exception cref="UserErrorException">One of the addresses cannot be listened on.</exception>
    public static IReadOnlyList<ListenAddress> Read(string? grpcUrl, IReadOnlyList<ListenAddress> http)
    {
        if (grpcUrl is null)
        {
            return http[0].WithNextPort() is { } next ? [next] : [];
        }

        return grpcUrl.Equals(Off, StringComparison.OrdinalIgnoreCase) ? [] : ListenAddress.ReadAll(grpcUrl, "--grpc-url");
    }
}
