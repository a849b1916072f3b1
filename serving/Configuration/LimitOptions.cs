using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Numerics;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Configuration;

/// <summary>What the service refuses.</summary>
public sealed record LimitOptions : IRelatedOptions
{
    /// <summary>The largest <see cref="MaxBodyBytes"/>.</summary>
    public const int LargestBodyBytes = 1_000_000_000;

    /// <summary>The largest <see cref="MaxPixels"/>.</summary>
    public const int LargestPixels = 500_000_000;

    /// <summary>The largest <see cref="MaxSidePixels"/>: the longest side that JPEG can describe.</summary>
    public const int LargestSidePixels = 65_535;

    private static readonly ImageLimits Decoder = new();

    /// <summary>Longest body of a request in bytes.</summary>
    [Range(1, LargestBodyBytes)] public long MaxBodyBytes { get; init; } = 32_000_000;

    /// <summary>Most pixels of an image.</summary>
    [Range(1, LargestPixels)] public long MaxPixels { get; init; } = Decoder.MaxPixels;

    /// <summary>Longest side of an image in pixels; the model may accept less.</summary>
    [Range(1, LargestSidePixels)] public int MaxSidePixels { get; init; } = Decoder.MaxDimensionPixels;

    /// <summary>Most images in one request.</summary>
    [Range(1, 1_000)] public int MaxImages { get; init; } = 64;

    /// <summary>Requests for detection that are worked on or wait, on all protocols together.</summary>
    [Range(1, 100_000)] public int MaxRequestsInFlight { get; init; } = 256;

    /// <summary>Memory for the bodies and the decoded pixels of all requests in flight, in bytes.</summary>
    [Range(1, long.MaxValue)] public long MaxBytesInFlight { get; init; } = 1_000_000_000;

    /// <summary>Connections at a time, of all addresses; one more is closed at once.</summary>
    [Range(1, 1_000_000)] public int MaxConnections { get; init; } = 1_000;

    /// <summary>How long a client may take to send the headers of a request, in milliseconds.</summary>
    [Range(100, 3_600_000)] public double HeadersTimeoutMs { get; init; } = 15_000;

    /// <summary>How fast a body must arrive, in bytes a second, after five seconds of grace; 0 takes slower ones, too.</summary>
    [Range(0, 1_000_000_000)] public double MinBodyBytesPerSecond { get; init; } = 240;

    /// <summary>How long a request may take from its first byte to the start of its execution, in milliseconds.</summary>
    [Range(1, 3_600_000)] public double RequestTimeoutMs { get; init; } = 30_000;

    /// <summary>What an image may be, as the decoder takes it.</summary>
    public ImageLimits Images => Decoder with
    {
        MaxFileBytes = MaxBodyBytes,
        MaxPixels = MaxPixels,
        MaxDimensionPixels = MaxSidePixels,
    };

    /// <summary>Memory that the largest request with one image needs at a time: the body, and what its image takes to decode.</summary>
    internal long LargestRequestBytes
    {
        get
        {
            var pixels = Math.Min(MaxPixels, (long)MaxSidePixels * MaxSidePixels);
            var body = (long)BitOperations.RoundUpToPowerOf2((ulong)MaxBodyBytes + 1);   // as it is read, in a pooled buffer that doubles
            return body + RgbImage.BufferBytesOf(pixels) + ImageDecoder.BytesWhileDecoding(pixels, MaxBodyBytes);
        }
    }

    /// <inheritdoc />
    IEnumerable<OptionProblem> IRelatedOptions.Problems()
    {
        if (MaxBytesInFlight < LargestRequestBytes)
        {
            yield return new OptionProblem("maxBytesInFlight", string.Create(
                CultureInfo.InvariantCulture,
                $"{MaxBytesInFlight} is too little for one request of maxBodyBytes {MaxBodyBytes} with an image of maxPixels {MaxPixels}, "
                + $"which takes {LargestRequestBytes}; allow at least that (--max-bytes-in-flight), or smaller bodies (--max-body-bytes) "
                + $"and images (--max-pixels)."));
        }
    }
}
