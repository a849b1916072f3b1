using Pipeline.Shared.Commands;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving;

/// <summary>What the service serves, and where.</summary>
public sealed record ServiceOptions
{
    /// <summary>The model repository.</summary>
    public string Models { get; init; } = "models";

    /// <summary>The model; may be left out when the repository holds only one.</summary>
    public string? Model { get; init; }

    /// <summary>The version; the newest when null.</summary>
    public int? Version { get; init; }

    /// <summary>Where to listen: one address, or several with ';' between them.</summary>
    public string Url { get; init; } = "http://127.0.0.1:8080";

    /// <summary>The limits beyond which an input is refused.</summary>
    public ImageLimits Limits { get; init; } = new() { MaxFileBytes = 32_000_000 };

    /// <summary>How much the service writes about itself.</summary>
    public Verbosity Verbosity { get; init; } = Verbosity.Normal;
}
