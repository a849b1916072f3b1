using Pipeline.Shared.Configuration;

namespace Pipeline.Serving.Configuration;

/// <summary>Who may use the service, and how connections are encrypted.</summary>
public sealed record SecurityOptions : IRelatedOptions
{
    /// <summary>
    /// File with API keys, one a line; a line that begins with # is a comment. With a key, every request needs one, except those that
    /// ask how the service is, and those to an address that only has metrics.
    /// </summary>
    public string? ApiKeysFile { get; init; }

    /// <summary>API keys beside those of the file.</summary>
    [Secret] public IReadOnlyList<string> ApiKeys { get; init; } = [];

    /// <summary>
    /// File of the certificate for https:// addresses: PEM, with the certificates of its issuers, or PKCS #12 (.pfx, .p12).
    /// </summary>
    public string? Certificate { get; init; }

    /// <summary>File of the key of a PEM certificate; null when the key is in the certificate's file.</summary>
    public string? CertificateKey { get; init; }

    /// <summary>Password of the key of <see cref="Certificate"/>.</summary>
    [Secret] public string? CertificatePassword { get; init; }

    /// <summary>
    /// PEM file of the authorities whose client certificates are accepted; with it, a client without such a certificate cannot connect to
    /// an https:// address.
    /// </summary>
    public string? ClientCa { get; init; }

    /// <inheritdoc />
    IEnumerable<OptionProblem> IRelatedOptions.Problems()
    {
        if (Certificate is null && CertificateKey is not null)
        {
            yield return new OptionProblem("certificateKey", "a key without its certificate; name it with --certificate.");
        }

        if (Certificate is null && ClientCa is not null)
        {
            const string Reason = "clients show certificates on https only; name the service's own with --certificate.";
            yield return new OptionProblem("clientCa", Reason);
        }
    }
}
