using System.Net;
using System.Net.Sockets;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Tests.Programs;
using Pipeline.Shared;

namespace Pipeline.Serving.Tests.Listening;

public sealed class ListenAddressTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("listen").FullName;

    [Theory]
    [InlineData("http://256.1.1.1:18441", "'256.1.1.1' is neither an IP address nor localhost")]
    [InlineData("http://nosuchhost.invalid:18442", "'nosuchhost.invalid' is neither an IP address nor localhost")]
    [InlineData("http://:18443", "'' is neither an IP address nor localhost")]
    [InlineData("http://127.1:18443", "'127.1' is neither an IP address nor localhost")]
    [InlineData("http://2130706433:18443", "'2130706433' is neither an IP address nor localhost")]
    [InlineData("http://::1:18443", "'::1' is neither an IP address nor localhost")]
    [InlineData("http://*x:18443", "'*x' is neither an IP address nor localhost")]
    [InlineData("https://127.0.0.1", "the port is missing")]
    [InlineData("https://127.1:443", "'127.1' is neither an IP address nor localhost")]
    [InlineData("http://127.0.0.1:18443/abc", "an address must not have a path")]
    [InlineData("http://127.0.0.1:18443?x", "an address must not have a path")]
    [InlineData("http://me@127.0.0.1:18443", "must not have a user name")]
    [InlineData("http://127.0.0.1:65536", "the port '65536' is not a whole number from 0 to 65535")]
    [InlineData("http://127.0.0.1:-1", "the port '-1' is not a whole number from 0 to 65535")]
    [InlineData("http://127.0.0.1:http", "the port 'http' is not a whole number from 0 to 65535")]
    [InlineData("http://127.0.0.1:", "the port '' is not a whole number from 0 to 65535")]
    [InlineData("http://127.0.0.1", "the port is missing")]
    [InlineData("http://[::1]", "the port is missing")]
    [InlineData("http://localhost:0", "localhost is two addresses")]
    [InlineData("127.0.0.1:18443", "must start with http://")]
    [InlineData("ftp://127.0.0.1:18443", "must start with http://")]
    [InlineData("http://127.0.0.1:18443;", "must start with http://")]
    [InlineData("http://127.0.0.1:18443;http://nowhere:1", "'nowhere' is neither")]
    [InlineData("http://unix:here.sock", "a socket path must start with /")]
    [InlineData("http://unix:/nowhere/x.sock", "the folder of this socket does not exist")]
    [InlineData("http://unix:/", "the folder of this socket does not exist")]
    [InlineData("http://unix:/tmp", "a folder that is not a socket already exists at this path")]
    [InlineData("http://224.0.0.1:18443", "'224.0.0.1' is a multicast or broadcast address")]
    [InlineData("http://239.255.255.255:18443", "'239.255.255.255' is a multicast or broadcast address")]
    [InlineData("http://255.255.255.255:18443", "'255.255.255.255' is a multicast or broadcast address")]
    [InlineData("http://127.255.255.255:18443", "'127.255.255.255' is a multicast or broadcast address")]
    [InlineData("http://[ff02::1]:18443", "'[ff02::1]' is a multicast or broadcast address")]
    [InlineData("http://[::ffff:224.0.0.1]:18443", "'[::ffff:224.0.0.1]' is a multicast or broadcast address")]
    public void S4_an_address_on_which_nothing_can_listen_is_refused_in_plain_words(string url, string reason)
    {
        var refused = Assert.Throws<UserErrorException>(() => DetectionService.Build(ServiceFixture.Options(root, url)));

        Assert.StartsWith("--url: '", refused.Message);
        Assert.Contains(reason, refused.Message);
        Assert.EndsWith("Use an address such as http://127.0.0.1:8000.", refused.Message);
    }

    [Theory]
    [InlineData("http://127.0.0.1:0", new[] { "127.0.0.1" })]
    [InlineData("HTTP://127.0.0.2:0/", new[] { "127.0.0.2" })]
    [InlineData("http://[::1]:0", new[] { "[::1]" })]
    [InlineData("http://0.0.0.0:0", new[] { "0.0.0.0" })]
    [InlineData("http://127.0.0.1:0;http://127.0.0.2:0", new[] { "127.0.0.1", "127.0.0.2" })]
    public async Task S4_the_service_listens_on_the_given_addresses_and_no_others(string url, string[] hosts)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux has all of 127.0.0.0/8.");
        Assert.SkipUnless(Socket.OSSupportsIPv6 || !url.Contains('['), "This machine has no IPv6.");
        TinyModel.Export(root);
        await using var app = DetectionService.Build(WithoutGrpc(url));
        await app.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(hosts, app.Urls.Select(listening => listening["http://".Length..listening.LastIndexOf(':')]));
    }

    [Theory]
    [InlineData("http://*:"), InlineData("http://+:"), InlineData("http://localhost:"), InlineData("http://HOSTNAME:")]
    public async Task S4_all_interfaces_localhost_and_the_machines_own_name_are_understood(string url)
    {
        TinyModel.Export(root);
        var port = FreePort();
        var address = $"{url.Replace("HOSTNAME", Environment.MachineName, StringComparison.Ordinal)}{port}";
        await using var app = DetectionService.Build(WithoutGrpc(address));
        await app.StartAsync(TestContext.Current.CancellationToken);

        Assert.EndsWith($":{port}", Assert.Single(app.Urls));
    }

    [Theory]
    [InlineData("http://192.0.2.1:18443", "no interface of this machine has that address")]
    [InlineData("http://8.8.8.8:18443", "no interface of this machine has that address")]
    [InlineData("http://240.0.0.1:18443", "no interface of this machine has that address")]
    [InlineData("http://0.0.0.1:18443", "no interface of this machine has that address")]
    public async Task S4_an_address_of_another_machine_is_one_line_and_exit_code_2(string url, string reason)
    {
        TinyModel.Export(root);

        var end = await BuiltPrograms.Run(
            BuiltPrograms.Start(BuiltPrograms.Serve, "--models", root, "--url", url), TestContext.Current.CancellationToken);

        Assert.Equal(2, end.Code);
        Assert.Contains(reason, Assert.Single(end.Errors.Trim().Split('\n')));
        Assert.Empty(end.Output);
    }

    [Fact]
    public async Task S4_a_port_that_the_user_may_not_use_is_one_line_and_exit_code_2()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && File.Exists("/usr/bin/setpriv") && Environment.UserName == "root",
            "Only root can take rights away.");
        TinyModel.Export(root);
        string[] rights = ["--bounding-set=-net_bind_service", "--inh-caps=-net_bind_service"];
        string[] arguments = [.. rights, BuiltPrograms.Serve, "--models", root, "--url", "http://127.0.0.1:80"];

        var end = await BuiltPrograms.Run(BuiltPrograms.Start("/usr/bin/setpriv", arguments), TestContext.Current.CancellationToken);

        Assert.Equal(2, end.Code);
        Assert.Contains("this user may not listen there", Assert.Single(end.Errors.Trim().Split('\n')));
    }

    [Theory]
    [InlineData("ASPNETCORE_URLS"), InlineData("URLS"), InlineData("DOTNET_URLS")]
    [InlineData("Kestrel__Endpoints__other__Url"), InlineData("ASPNETCORE_Kestrel__Endpoints__other__Url")]
    public async Task S4_the_environment_cannot_make_it_listen_elsewhere(string variable)
    {
        TinyModel.Export(root);
        var elsewhere = FreePort();
        var start = BuiltPrograms.Start(BuiltPrograms.Serve, "--models", root, "--url", "http://127.0.0.1:0");
        start.Environment[variable] = $"http://127.0.0.1:{elsewhere}";
        start.Environment["ASPNETCORE_PREFERHOSTINGURLS"] = "true";
        using var service = await ServiceProcess.Start(start, TestContext.Current.CancellationToken);
        using var client = new TcpClient();

        Assert.NotEqual(elsewhere, service.Address.Port);
        await Assert.ThrowsAsync<SocketException>(
            async () => await client.ConnectAsync(IPAddress.Loopback, elsewhere, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task S4_a_settings_file_in_the_current_folder_cannot_either()
    {
        TinyModel.Export(root);
        var elsewhere = FreePort();
        File.WriteAllText(
            Path.Combine(root, "appsettings.json"),
            $"{{\"Kestrel\":{{\"Endpoints\":{{\"other\":{{\"Url\":\"http://127.0.0.1:{elsewhere}\"}}}}}}}}");
        var start = BuiltPrograms.Start(BuiltPrograms.Serve, "--models", root, "--url", "http://127.0.0.1:0");
        start.WorkingDirectory = root;
        using var service = await ServiceProcess.Start(start, TestContext.Current.CancellationToken);

        Assert.NotEqual(elsewhere, service.Address.Port);
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private ServiceOptions WithoutGrpc(string url) => ServiceFixture.Options(root, url) with
    {
        Listen = new ListenOptions { Url = url, GrpcUrl = "none" },
    };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
