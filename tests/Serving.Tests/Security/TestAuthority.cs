using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pipeline.Serving.Tests.Security;

/// <summary>Issues certificates for a test.</summary>
internal sealed class TestAuthority : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1", ClientUse = "1.3.6.1.5.5.7.3.2";
    private readonly DateTimeOffset from = DateTimeOffset.UtcNow.AddHours(-1);
    private readonly DateTimeOffset until = DateTimeOffset.UtcNow.AddDays(1);
    private readonly X509Certificate2 certificate;

    public TestAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        certificate = request.CreateSelfSigned(from, until);
    }

    /// <summary>A key of no certificate.</summary>
    public static string OtherKeyPem
    {
        get
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return key.ExportPkcs8PrivateKeyPem();
        }
    }

    public string CertificatePem => certificate.ExportCertificatePem();

    /// <summary>A certificate with its key, for a server or for a client.</summary>
    public X509Certificate2 Issue(string name, bool isServer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(isServer ? ServerUse : ClientUse)], critical: false));
        using var issued = request.Create(certificate, from, until, RandomNumberGenerator.GetBytes(8));
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), password: null);
    }

    public void Dispose() => certificate.Dispose();
}
