using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Observability;
using Pipeline.Shared;

namespace Pipeline.Serving.Models;

/// <summary>
/// Brings the served models to what the repository contains, one update at a time. A version takes over only when it was verified,
/// loaded and warmed up; until then, and if that fails, those that answer requests go on.
/// </summary>
internal sealed partial class RepositoryUpdates(
    ServedModels models,
    VersionLoading loading,
    RepositoryOptions options,
    ServiceMetrics metrics,
    TimeProvider time,
    ILogger<RepositoryUpdates> logger) : IDisposable
{
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim oneAtATime = new(1);
    private readonly CancellationTokenSource ending = new();
    private string problem = "";
    private bool hasStarted;

    /// <summary>Loads what is to be served from the start.</summary>
    /// <exception cref="UserErrorException">
    /// The repository is not there; or nothing can be served, and nothing is to change that.
    /// </exception>
    public void LoadAtStart()
    {
        var isFinal = options.Control == ModelControl.None;
        var listed = isFinal ? ModelSelection.Require(options) : ModelSelection.List(options);
        models.List(listed);
        foreach (var name in listed.Select(version => version.Name).Append(options.Model).OfType<string>().Distinct())
        {
            models.Require(name, isNamed: name == options.Model);
        }

        var refused = new List<(ListedVersion Version, RefusedModelException Why)>();
        foreach (var model in listed.GroupBy(version => version.Name))
        {
            Bring([.. model], isForced: false, refused);
        }

        if (isFinal && refused.Count > 0 && models.Names.All(name => models.ReadyVersions(name).Count == 0))
        {
            throw new UserErrorException(refused[0].Why.Message, refused[0].Why);
        }

        LogRefused(refused);
        hasStarted = true;
    }

    /// <summary>Looks at the repository's folder, and loads and unloads what has changed there.</summary>
    /// <param name="cancellation">Ends the update before the next version.</param>
    public async Task UpdateAsync(CancellationToken cancellation)
    {
        await oneAtATime.WaitAsync(cancellation);
        try
        {
            await Task.Run(Update, CancellationToken.None);
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    /// <summary>Loads the versions of a model that are to be served, whether or not they are loaded.</summary>
    /// <param name="name">Name of the model as it was sent.</param>
    /// <param name="cancellation">Ends the wait; a load that has begun goes on.</param>
    /// <exception cref="RefusedRequestException">There is no such model, or a version of it cannot be loaded.</exception>
    public async Task LoadAsync(string name, CancellationToken cancellation)
    {
        await oneAtATime.WaitAsync(cancellation);
        try
        {
            await Task.Run(() => Load(name), CancellationToken.None);
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    /// <summary>Waits for a load that is under way: its native part cannot be interrupted.</summary>
    public void Dispose()
    {
        ending.Cancel();
        if (oneAtATime.Wait(LongestEnd))
        {
            oneAtATime.Dispose();
            ending.Dispose();
        }
    }

    private void Update()
    {
        if (TryList() is not { } listed)
        {
            return;   // what is served goes on
        }

        models.List(listed);
        var refused = new List<(ListedVersion Version, RefusedModelException Why)>();
        foreach (var model in listed.GroupBy(version => version.Name))
        {
            Bring([.. model], isForced: false, refused);
        }

        foreach (var name in models.Names)
        {
            LogRetired(name, models.RetireAllBut(name, ModelSelection.Count(options)));
        }

        LogRefused(refused);
    }

    private void Load(string name)
    {
        var listed = TryList()
            ?? throw new RefusedRequestException(
                FaultKind.ModelUnavailable, "The model repository cannot be read; the service's log says why.");
        models.List(listed);
        List<ListedVersion> versions = ModelName.IsValid(name) ? [.. listed.Where(version => version.Name == name)] : [];
        if (versions.Count == 0)
        {
            throw ModelRefusal.UnknownModel(name, [.. listed.Select(version => version.Name).Distinct()]);
        }

        var refused = new List<(ListedVersion Version, RefusedModelException Why)>();
        Bring(versions, isForced: true, refused);
        LogRefused(refused);
        if (refused.Count > 0)
        {
            var first = refused[0];
            throw new RefusedRequestException(
                FaultKind.ModelUnavailable,
                $"Version {first.Version.Version} of model '{name}' cannot be loaded: {first.Why.Reason.TrimEnd('.')}.");
        }

        if (models.ReadyVersions(name).Count == 0)
        {
            throw new RefusedRequestException(FaultKind.ModelUnavailable, $"Model '{name}' was unloaded while it was being loaded.");
        }
    }

    private IReadOnlyList<ListedVersion>? TryList()
    {
        try
        {
            var listed = ModelSelection.List(options);
            problem = "";
            return listed;
        }
        catch (Exception exception) when (exception is UserErrorException or IOException or UnauthorizedAccessException)
        {
            if (problem != exception.Message)
            {
                problem = exception.Message;
                RepositoryUnreadable(OneLine(exception.Message));
            }

            return null;
        }
    }

    /// <summary>Loads the versions of one model that are to be served, then takes out those that they replace.</summary>
    private void Bring(
        List<ListedVersion> versions, bool isForced, List<(ListedVersion Version, RefusedModelException Why)> refused)
    {
        var count = ModelSelection.Count(options);
        var serving = 0;
        foreach (var candidate in ModelSelection.Candidates(versions, options, canReplace: options.Control == ModelControl.Poll))
        {
            if (serving == count || ending.IsCancellationRequested)
            {
                break;
            }

            var settled = isForced ? null : models.Tried(candidate);
            if (settled ?? TryLoad(candidate, refused))
            {
                serving++;
            }
        }

        LogRetired(versions[0].Name, models.RetireAllBut(versions[0].Name, count));
    }

    /// <returns>Whether the version answers requests.</returns>
    private bool TryLoad(ListedVersion listed, List<(ListedVersion Version, RefusedModelException Why)> refused)
    {
        var unloads = models.BeginLoading(listed);
        var start = time.GetTimestamp();
        try
        {
            var served = loading.Load(listed, onWarming: () => models.BeginWarming(listed));
            if (!models.TakeOver(listed, served, unloads))
            {
                return false;
            }

            var duration = time.GetElapsedTime(start);
            metrics.Models.Loaded(listed.Name, LoadResults.Ok, duration);
            LogReady(listed, served.Manifest.Precision, duration);
            return true;
        }
        catch (RefusedModelException exception)
        {
            refused.Add((listed, exception));
            metrics.Models.Refused(listed.Name, exception.Result);
            return models.Refuse(listed, exception.Reason);
        }
    }
}
