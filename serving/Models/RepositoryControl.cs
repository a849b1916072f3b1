using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Models;

/// <summary>Loads and unloads models when a client requests it, where <see cref="RepositoryOptions.Control"/> allows that.</summary>
/// <param name="models">The models that are served.</param>
/// <param name="updates">Loads them.</param>
/// <param name="options">What decides which models are loaded.</param>
internal sealed class RepositoryControl(ServedModels models, RepositoryUpdates updates, RepositoryOptions options)
{
    /// <summary>
    /// Loads the versions of a model that are to be served, again if they are loaded. Those that are ready go on serving until the new
    /// ones are.
    /// </summary>
    /// <param name="name">Name of the model as it was sent.</param>
    /// <param name="cancellation">Ends the wait; a load that has begun goes on.</param>
    /// <exception cref="RefusedRequestException">
    /// Requests do not decide here, there is no such model in the repository, or it cannot be loaded; the message says why.
    /// </exception>
    public async Task LoadAsync(string name, CancellationToken cancellation)
    {
        RequireExplicit();
        await updates.LoadAsync(name, cancellation);
    }

    /// <summary>Unloads all versions of a model, each as soon as the requests that use it are answered; does not wait for that.</summary>
    /// <param name="name">Name of the model as it was sent.</param>
    /// <exception cref="RefusedRequestException">Requests do not decide here, or there is no such model.</exception>
    public void Unload(string name)
    {
        RequireExplicit();
        if (!models.Unload(name))
        {
            throw ModelRefusal.UnknownModel(name, models.Names);
        }
    }

    private void RequireExplicit()
    {
        if (options.Control != ModelControl.Explicit)
        {
            var who = options.Control == ModelControl.Poll
                ? "the content of the repository's folder decides which models are loaded"
                : "the models are those that were loaded at its start";
            throw new RefusedRequestException(
                FaultKind.Unsupported, $"This service does not load or unload models on request: {who}.");
        }
    }
}
