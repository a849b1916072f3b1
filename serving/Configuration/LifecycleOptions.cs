using System.ComponentModel.DataAnnotations;

namespace Pipeline.Serving.Configuration;

/// <summary>How the service ends.</summary>
public sealed record LifecycleOptions
{
    /// <summary>
    /// How long the service goes on accepting requests after a signal, while it already says that it is not ready, in milliseconds: the
    /// time that a load balancer needs to notice.
    /// </summary>
    [Range(0, 600_000)] public double DrainDelayMs { get; init; }

    /// <summary>
    /// How long a request of which only a part has arrived by then may take to arrive in full, in milliseconds; its connection is closed
    /// after that.
    /// </summary>
    [Range(0, 3_600_000)] public double IncompleteRequestMs { get; init; } = 5_000;

    /// <summary>How long accepted requests may take to finish after that, in milliseconds; what is left is aborted.</summary>
    [Range(0, 3_600_000)] public double ShutdownTimeoutMs { get; init; } = 30_000;
}
