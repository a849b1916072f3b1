using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Pipeline.Serving.Configuration;
using Pipeline.Shared;

namespace Pipeline.Serving.Tests.Security;

public sealed class TlsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("tls").FullName;
    private readonly TestAuthority authority = new("ours");

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task An_https_address_is_encrypted_and_speaks_both_versions_of_http(bool isPkcs12)
    {
        await using var service = await Start(isPkcs12 ? Pkcs12("secret") : Pem());

        Assert.All(service.Addresses, address => Assert.Equal("https", address.Scheme));
        Assert.Equal(HttpStatusCode.OK, await Get(service, HttpVersion.Version11));
        Assert.Equal(HttpStatusCode.OK, await Get(service, HttpVersion.Version20));
    }

    [Fact]
    public async Task With_an_authority_for_clients_only_those_with_its_certificate_can_connect()
    {
        using var strangers = new TestAuthority("theirs");
        using var stranger = strangers.Issue("stranger", isServer: false);
        using var client = authority.Issue("client", isServer: false);
        using var server = authority.Issue("not-a-client", isServer: true);
        await using var service = await Start(Pem() with { ClientCa = Write("ca.pem", authority.CertificatePem) });

        Assert.Equal(HttpStatusCode.OK, await Get(service, HttpVersion.Version11, client));
        await Assert.ThrowsAsync<HttpRequestException>(() => Get(service, HttpVersion.Version11));
        await Assert.ThrowsAsync<HttpRequestException>(() => Get(service, HttpVersion.Version11, stranger));
        await Assert.ThrowsAsync<HttpRequestException>(() => Get(service, HttpVersion.Version11, server));
    }

    [Fact]
    public void What_cannot_be_used_is_refused_at_the_start()
    {
        const string Https = "https://127.0.0.1:0";
        var good = Pem();
        var text = Write("text.pem", "just text");

        Refused(Https, new SecurityOptions(), "--url: 'https://127.0.0.1:0': https needs a certificate; name its file with");
        Refused("http://127.0.0.1:0", good, "no address begins with https://");
        Refused(Https, good with { Certificate = text }, $"{text} and {good.CertificateKey} are not a PEM certificate and its key");
        Refused(Https, good with { CertificateKey = null }, "Name the key's file with --certificate-key");
        var otherKey = Write("other.pem", TestAuthority.OtherKeyPem);
        Refused(Https, good with { CertificateKey = otherKey }, "are not a PEM certificate and its key");
        Refused(Https, good with { Certificate = Path.Combine(folder, "none.pem") }, "there is no such certificate file");
        Refused(Https, good with { ClientCa = text }, $"--client-ca: {text}: there is no PEM certificate in it");
        Refused(Https, Pkcs12("secret") with { CertificatePassword = "wrong" }, "security.certificatePassword is not its password");
        Refused(Https, new SecurityOptions { ClientCa = text }, "security.clientCa: clients show certificates on https only");
        Refused(Https, new SecurityOptions { CertificateKey = text }, "security.certificateKey: a key without its certificate");
    }

    public void Dispose()
    {
        authority.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static Task<SecuredService> Start(SecurityOptions security) => SecuredService.Start(options => options with
    {
        Listen = options.Listen with { Url = "https://127.0.0.1:0" },
        Security = security,
    });

    private static async Task<HttpStatusCode> Get(SecuredService service, Version version, X509Certificate2? certificate = null)
    {
        using var handler = new SocketsHttpHandler();
        handler.SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.Subject == "CN=server",
            ClientCertificates = certificate is null ? null : [certificate],
        };
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(service.Addresses[0], "/healthz/live"))
        {
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static void Refused(string url, SecurityOptions security, string reason)
    {
        var options = ServiceFixture.Options("nowhere", url) with { Security = security };
        Assert.Contains(reason, Assert.ThrowsAny<UserErrorException>(() => DetectionService.Build(options)).Message);
    }

    private SecurityOptions Pem()
    {
        using var server = authority.Issue("server", isServer: true);
        return new SecurityOptions
        {
            Certificate = Write("server.pem", server.ExportCertificatePem() + "\n" + authority.CertificatePem),
            CertificateKey = Write("server.key", server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
        };
    }

    private SecurityOptions Pkcs12(string password)
    {
        using var server = authority.Issue("server", isServer: true);
        var path = Path.Combine(folder, "server.pfx");
        File.WriteAllBytes(path, server.Export(X509ContentType.Pkcs12, password));
        return new SecurityOptions { Certificate = path, CertificatePassword = password };
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
