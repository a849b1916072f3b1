using Pipeline.Shared.Commands;
using Pipeline.Shared.Configuration;

namespace Pipeline.Serving.Configuration;

/// <summary>Everything that can be configured about the service.</summary>
public sealed record ServiceOptions : ILayeredOptions
{
    /// <summary>Which models are served.</summary>
    public RepositoryOptions Repository { get; init; } = new();

    /// <summary>Where the service listens.</summary>
    public ListenOptions Listen { get; init; } = new();

    /// <summary>How models are executed.</summary>
    public ExecutionOptions Execution { get; init; } = new();

    /// <summary>How images that wait become batches.</summary>
    public BatchingOptions Batching { get; init; } = new();

    /// <summary>What the service refuses.</summary>
    public LimitOptions Limits { get; init; } = new();

    /// <summary>How the service ends.</summary>
    public LifecycleOptions Lifecycle { get; init; } = new();

    /// <summary>Who may use the service, and how connections are encrypted.</summary>
    public SecurityOptions Security { get; init; } = new();

    /// <summary>How much the service logs.</summary>
    public Verbosity Verbosity { get; init; } = Verbosity.Normal;
}
