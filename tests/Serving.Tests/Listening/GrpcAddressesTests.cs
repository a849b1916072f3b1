using Pipeline.Serving.Listening;
using Pipeline.Shared;

namespace Pipeline.Serving.Tests.Listening;

/// <summary>Where gRPC listens when nothing else is said, and when something is.</summary>
public sealed class GrpcAddressesTests
{
    [Theory]
    [InlineData(null, "http://127.0.0.1:8000;http://127.0.0.2:9000", 1)]
    [InlineData(null, "http://unix:/tmp/pipeline.sock", 0)]
    [InlineData("none", "http://127.0.0.1:8000", 0)]
    [InlineData("http://127.0.0.1:9001;http://127.0.0.1:9002", "http://127.0.0.1:8000", 2)]
    public void It_listens_beside_the_first_http_address_or_where_it_is_told_or_not_at_all(string? grpcUrl, string url, int addresses) =>
        Assert.Equal(addresses, GrpcAddresses.Read(grpcUrl, ListenAddress.ReadAll(url)).Count);

    [Fact]
    public void After_the_last_port_there_is_none() => Assert.Contains(
        "--grpc-url none",
        Assert.Throws<UserErrorException>(() => GrpcAddresses.Read(null, ListenAddress.ReadAll("http://127.0.0.1:65535"))).Message);
}
