namespace Pipeline.Serving;

/// <summary>
/// The signals belong to the command: the first one ends the service in order, a second one at once. The host's own lifetime would
/// swallow both.
/// </summary>
internal sealed class CommandLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
