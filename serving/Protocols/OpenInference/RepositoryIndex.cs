using System.Globalization;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Models;

namespace Pipeline.Serving.Protocols.OpenInference;

/// <summary>A version of a model as the index of the repository lists it.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Version">Its version.</param>
/// <param name="State">One of the protocol's states.</param>
/// <param name="Reason">Why it is not ready; empty otherwise.</param>
internal sealed record IndexEntry(string Name, string Version, string State, string Reason);

/// <summary>The index of the repository, and what a client may say when it loads and unloads models.</summary>
internal static class RepositoryIndex
{
    private const string Unloaded = "unloaded";
    private const string Configuration = "config";
    private const string FileOverride = "file:";

    /// <summary>The versions of all models.</summary>
    /// <param name="models">The models.</param>
    /// <param name="onlyReady">Whether to list only those that answer requests.</param>
    public static IReadOnlyList<IndexEntry> Of(ServedModels models, bool onlyReady) =>
    [
        .. models.Index
            .Where(status => !onlyReady || status.State == ModelState.Ready)
            .Select(status => new IndexEntry(
                Name: status.Name,
                Version: status.Version.ToString(CultureInfo.InvariantCulture),
                State: StateName(status.State),
                Reason: Reason(status))),
    ];

    /// <summary>Refuses a repository by name: there is one, without a name.</summary>
    /// <exception cref="RefusedRequestException">A name was sent.</exception>
    public static void RequireOneRepository(string name)
    {
        if (name.Length > 0)
        {
            throw new RefusedRequestException(
                FaultKind.Unsupported, $"repository_name: {Quoted.Text(name)}: this service has one repository; leave its name out.");
        }
    }

    /// <summary>Refuses to load anything but what the repository has.</summary>
    /// <param name="parameters">Names of the parameters of a request to load a model.</param>
    /// <exception cref="RefusedRequestException">One of them brings a configuration or a file.</exception>
    public static void RequireNoOverride(IEnumerable<string> parameters)
    {
        foreach (var name in parameters)
        {
            if (name == Configuration || name.StartsWith(FileOverride, StringComparison.Ordinal))
            {
                throw new RefusedRequestException(
                    FaultKind.Malformed,
                    $"parameters: {Quoted.Text(name)} would replace files of the repository, which is not supported; "
                        + "put the version into the repository, and load the model without parameters.");
            }
        }
    }

    private static string StateName(ModelState state) => state switch
    {
        ModelState.Ready => "READY",
        ModelState.Loading or ModelState.Warming => "LOADING",
        ModelState.Draining => "UNLOADING",
        _ => "UNAVAILABLE",
    };

    private static string Reason(ModelStatus status) => status.State == ModelState.Unloaded && status.Reason.Length == 0
        ? Unloaded
        : status.Reason;
}
