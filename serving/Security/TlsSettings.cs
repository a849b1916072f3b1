using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Pipeline.Serving.Configuration;
using Pipeline.Shared;
using Pipeline.Shared.Files;

namespace Pipeline.Serving.Security;

/// <summary>The service's certificate, and the authorities whose client certificates it accepts.</summary>
internal sealed class TlsSettings
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";   // RFC 5280, section 4.2.1.12
    private static readonly string[] Pkcs12 = [".pfx", ".p12"];
    private readonly X509Certificate2 certificate;
    private readonly X509Certificate2Collection issuers;
    private readonly X509Certificate2Collection? authorities;

    private TlsSettings(X509Certificate2 certificate, X509Certificate2Collection issuers, X509Certificate2Collection? authorities)
    {
        this.certificate = certificate;
        this.issuers = issuers;
        this.authorities = authorities;
    }

    /// <summary>Reads the files.</summary>
    /// <returns>Null when there is no certificate.</returns>
    /// <exception cref="UserErrorException">A file is missing, or is not what it should be.</exception>
    public static TlsSettings? Read(SecurityOptions options)
    {
        if (options.Certificate is not { } path)
        {
            return null;
        }

        InputFile.Require(path, "certificate file");
        var isPkcs12 = Pkcs12.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
        return new TlsSettings(
            isPkcs12 ? ReadPkcs12(path, options) : ReadPem(path, options),
            isPkcs12 ? [] : ReadCertificates(path, "--certificate"),
            options.ClientCa is { } clientCa ? ReadCertificates(clientCa, "--client-ca") : null);
    }

    /// <summary>Makes an address use them.</summary>
    public void Apply(HttpsConnectionAdapterOptions https)
    {
        https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        https.ServerCertificate = certificate;
        https.ServerCertificateChain = issuers;
        if (authorities is not null)
        {
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (client, chain, _) => IsIssuedByAuthority(client, chain);
        }
    }

    private static X509Certificate2 ReadPkcs12(string path, SecurityOptions options)
    {
        if (options.CertificateKey is not null)
        {
            throw new UserErrorException($"--certificate-key: {path} holds its key itself; omit the option.");
        }

        try
        {
            return X509CertificateLoader.LoadPkcs12FromFile(path, options.CertificatePassword);
        }
        catch (CryptographicException exception)
        {
            throw new UserErrorException(
                $"--certificate: {path}: this is not a PKCS #12 file, or security.certificatePassword is not its password.", exception);
        }
    }

    private static X509Certificate2 ReadPem(string path, SecurityOptions options)
    {
        var key = options.CertificateKey ?? path;
        InputFile.Require(key, "key file");
        try
        {
            return options.CertificatePassword is { } password
                ? X509Certificate2.CreateFromEncryptedPemFile(path, password, key)
                : X509Certificate2.CreateFromPemFile(path, key);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new UserErrorException(
                $"--certificate: {path} and {key} are not a PEM certificate and its key. Name the key's file with --certificate-key; an "
                + "encrypted key needs security.certificatePassword.",
                exception);
        }
    }

    private static X509Certificate2Collection ReadCertificates(string path, string option)
    {
        InputFile.Require(path, "certificate file");
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(path);
        }
        catch (CryptographicException exception)
        {
            throw new UserErrorException($"{option}: {path}: a certificate in this PEM file is damaged.", exception);
        }

        return certificates.Count > 0
            ? certificates
            : throw new UserErrorException($"{option}: {path}: there is no PEM certificate in it.");
    }

    private bool IsIssuedByAuthority(X509Certificate2 client, X509Chain? sent)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities!);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        if (sent is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        }

        return chain.Build(client);
    }
}
