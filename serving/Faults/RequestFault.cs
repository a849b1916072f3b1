using System.Globalization;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Faults;

/// <summary>What went wrong with one request.</summary>
/// <param name="Kind">Which kind of fault it is.</param>
/// <param name="Answer">What the client is told.</param>
internal sealed record RequestFault(FaultKind Kind, string Answer)
{
    /// <summary>When the client should send the request again; null when that would not help.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>A body that is too long.</summary>
    /// <param name="sentBytes">Its length; null when the client did not announce it.</param>
    /// <param name="limits">The service's limits.</param>
    public static RequestFault LongBody(long? sentBytes, ImageLimits limits)
    {
        var sent = sentBytes is { } bytes
            ? string.Create(CultureInfo.InvariantCulture, $"The body has {bytes:N0} bytes")
            : "The body is too long";
        var limit = string.Create(CultureInfo.InvariantCulture, $"{limits.MaxFileBytes:N0} bytes");
        return new RequestFault(
            FaultKind.TooLarge,
            $"{sent}; the service accepts up to {limit} (--max-body-bytes). Send a smaller or more strongly compressed image.");
    }
}
