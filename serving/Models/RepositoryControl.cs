using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Models;

/// <summary>Loads and unloads models when a client requests it, where <see cref="RepositoryOptions.Control"/> allows that.</summary>
internal sealed class RepositoryControl(RepositoryOptions options)
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
    public Task LoadAsync(string name, CancellationToken cancellation)
    {
        RequireExplicit();
        throw new RefusedRequestException(FaultKind.UnknownModel, $"The repository has no model '{name}'.");
    }

    /// <summary>Unloads all versions of a model, each as soon as the requests that use it are answered; does not wait for that.</summary>
    /// <param name="name">Name of the model as it was sent.</param>
    /// <exception cref="RefusedRequestException">Requests do not decide here, or there is no such model.</exception>
    public void Unload(string name)
    {
        RequireExplicit();
        throw new RefusedRequestException(FaultKind.UnknownModel, $"The repository has no model '{name}'.");
    }

    private void RequireExplicit()
    {
        if (options.Control != ModelControl.Explicit)
        {
            throw new RefusedRequestException(
                FaultKind.Unsupported, "This service does not load or unload models on request; start it with --model-control explicit.");
        }
    }
}
