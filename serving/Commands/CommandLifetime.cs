namespace Pipeline.Serving.Commands;

/// <summary>
/// Leaves signals to the command: the first one shuts the service down in order, a second one ends it at once. The host's own
/// lifetime would swallow both.
/// </summary>
internal sealed class CommandLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
