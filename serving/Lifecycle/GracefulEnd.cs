using Pipeline.Serving.Configuration;

namespace Pipeline.Serving.Lifecycle;

/// <summary>
/// Ends the service in order. First it says that it is not ready, and goes on accepting until load balancers have noticed; then the
/// server stops accepting, and what it has accepted is answered. A request of which a part is missing gets a shorter time to arrive.
/// </summary>
internal sealed partial class GracefulEnd(
    ServiceReadiness readiness,
    OpenConnections connections,
    LifecycleOptions options,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<GracefulEnd> logger) : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private readonly CancellationTokenSource ended = new();
    private CancellationTokenRegistration onStopping;

    /// <inheritdoc />
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        onStopping = lifetime.ApplicationStopping.Register(() => _ = EndWaitingAsync());
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        readiness.BeginDraining();
        if (options.DrainDelayMs > 0)
        {
            Draining(options.DrainDelayMs);
            await Task.Delay(TimeSpan.FromMilliseconds(options.DrainDelayMs), time, cancellationToken);
        }
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        ended.Cancel();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        ended.Cancel();
        onStopping.Dispose();
        ended.Dispose();
    }

    private async Task EndWaitingAsync()
    {
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(options.IncompleteRequestMs), time, ended.Token);
            while (true)
            {
                connections.AbortWaiting();
                await Task.Delay(Interval, time, ended.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The server has ended.
        }
    }

    [LoggerMessage(1, LogLevel.Information, "ending: not ready any more; accepting requests for another {Milliseconds} ms")]
    private partial void Draining(double milliseconds);
}
