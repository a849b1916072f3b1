using System.Net.Sockets;
using Pipeline.Serving.Tests.Programs;
using Pipeline.Shared;

namespace Pipeline.Serving.Tests.Listening;

public sealed class UnixSocketTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("socket").FullName;

    private string SocketPath => Path.Combine(root, "s.sock");

    [Fact]
    public async Task S4_the_socket_of_a_killed_service_is_reported_in_one_line_that_says_to_remove_it()
    {
        TinyModel.Export(root);
        using (var service = await ServiceProcess.Start(Command(), TestContext.Current.CancellationToken))
        {
            await service.End("KILL", TestContext.Current.CancellationToken);
        }

        var refused = await BuiltPrograms.Run(Command(), TestContext.Current.CancellationToken);

        Assert.Equal(2, refused.Code);
        var line = Assert.Single(refused.Errors.Trim().Split('\n'));
        Assert.Contains($"{SocketPath}: this path already exists, and nothing listens on it.", line);
        Assert.Contains("If it is the socket of a service that was killed, remove it", line);

        File.Delete(SocketPath);
        using var again = await ServiceProcess.Start(Command(), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task S4_a_service_that_shuts_down_removes_its_socket()
    {
        TinyModel.Export(root);
        using var service = await ServiceProcess.Start(Command(), TestContext.Current.CancellationToken);

        await service.End("TERM", TestContext.Current.CancellationToken);

        Assert.False(File.Exists(SocketPath));
    }

    [Fact]
    public async Task S4_a_socket_that_another_process_listens_on_is_in_use_and_stays()
    {
        TinyModel.Export(root);
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(SocketPath));
        other.Listen();

        var refused = await BuiltPrograms.Run(Command(), TestContext.Current.CancellationToken);

        Assert.Equal(2, refused.Code);
        Assert.Contains("already in use", Assert.Single(refused.Errors.Trim().Split('\n')));
        Assert.True(File.Exists(SocketPath));
    }

    [Fact]
    public void S4_a_file_that_is_not_a_socket_is_refused_and_stays()
    {
        File.WriteAllText(SocketPath, "mine");

        var refused = Assert.Throws<UserErrorException>(
            () => DetectionService.Build(ServiceFixture.Options(root, $"http://unix:{SocketPath}")));

        Assert.Contains("a file that is not a socket already exists at this path", refused.Message);
        Assert.Equal("mine", File.ReadAllText(SocketPath));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private System.Diagnostics.ProcessStartInfo Command() =>
        BuiltPrograms.Start(BuiltPrograms.Serve, "--models", root, "--url", $"http://unix:{SocketPath}");
}
