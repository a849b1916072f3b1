using Pipeline.Serving.Configuration;

namespace Pipeline.Serving.Models;

/// <summary>Looks at the repository's folder again and again, where <see cref="RepositoryOptions.Control"/> says so.</summary>
internal sealed partial class RepositoryPolling(
    RepositoryUpdates updates, RepositoryOptions options, TimeProvider time, ILogger<RepositoryPolling> logger) : BackgroundService
{
    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Control != ModelControl.Poll)
        {
            return;
        }

        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.PollSeconds), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await UpdateAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service ends.
        }
    }

    private async Task UpdateAsync(CancellationToken stopping)
    {
        try
        {
            await updates.UpdateAsync(stopping).WaitAsync(stopping);
        }
#pragma warning disable CA1031 // Polling goes on, whatever one look at the folder runs into.
        catch (Exception exception) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            PollFailed(exception);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "a look at the model repository failed; the next one is not affected")]
    private partial void PollFailed(Exception exception);
}
