using System.ComponentModel.DataAnnotations;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Configuration;

/// <summary>What the service serves, where, and what it refuses.</summary>
public sealed record ServiceOptions
{
    /// <summary>The largest <see cref="MaxBodyBytes"/>.</summary>
    public const int LargestBodyBytes = 1_000_000_000;

    /// <summary>The largest <see cref="MaxPixels"/>.</summary>
    public const int LargestPixels = 500_000_000;

    /// <summary>The largest <see cref="MaxSidePixels"/>: the longest side that JPEG can describe.</summary>
    public const int LargestSidePixels = 65_535;

    private static readonly ImageLimits Decoder = new();

    /// <summary>Folder of the model repository.</summary>
    [Required] public string Models { get; init; } = "models";

    /// <summary>Name of the model; null selects the only one in the repository.</summary>
    public string? Model { get; init; }

    /// <summary>Version of the model, from 1; null selects the newest.</summary>
    [Range(1, int.MaxValue)] public int? Version { get; init; }

    /// <summary>Where to listen: one address, or several separated by ';'.</summary>
    public string Url { get; init; } = "http://127.0.0.1:8080";

    /// <summary>Longest body of a request in bytes.</summary>
    [Range(1, LargestBodyBytes)] public long MaxBodyBytes { get; init; } = 32_000_000;

    /// <summary>Most pixels of an image.</summary>
    [Range(1, LargestPixels)] public long MaxPixels { get; init; } = Decoder.MaxPixels;

    /// <summary>Longest side of an image in pixels; the model may accept less.</summary>
    [Range(1, LargestSidePixels)] public int MaxSidePixels { get; init; } = Decoder.MaxDimensionPixels;

    /// <summary>How much the service logs.</summary>
    public Verbosity Verbosity { get; init; } = Verbosity.Normal;

    /// <summary>What an image may be, as the decoder takes it.</summary>
    public ImageLimits Limits => Decoder with
    {
        MaxFileBytes = MaxBodyBytes,
        MaxPixels = MaxPixels,
        MaxDimensionPixels = MaxSidePixels,
    };
}
