namespace Pipeline.Serving.Models;

/// <content>What the repository's updates change.</content>
internal sealed partial class ServedModels
{
    private static readonly string[] StateNames = [.. Enum.GetValues<ModelState>().Select(Label)];

    /// <summary>Takes over what the repository contains: new versions are known from now on, missing ones are gone.</summary>
    public void List(IReadOnlyList<ListedVersion> listed)
    {
        lock (owner)
        {
            foreach (var version in models.Values.SelectMany(model => model.Versions.Values))
            {
                version.IsGone = true;
            }

            foreach (var version in listed)
            {
                var known = Know(version.Name, version.Version);
                known.IsGone = false;
            }

            foreach (var model in models.Values.ToList())
            {
                ForgetGone(model);
            }
        }
    }

    /// <summary>Makes the service wait for a model.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="isNamed">Whether the options name it; then it is waited for even without any version.</param>
    public void Require(string name, bool isNamed)
    {
        lock (owner)
        {
            var model = Know(name);
            model.IsRequired = true;
            model.IsNamed = isNamed;
        }
    }

    /// <summary>Whether a version was tried, with these very files, and what became of it.</summary>
    /// <returns>Null when it is to be loaded; else whether it answers requests.</returns>
    public bool? Tried(ListedVersion listed)
    {
        lock (owner)
        {
            var known = Know(listed.Name, listed.Version);
            var isSettled = known.TriedFiles == listed.Files && (known.Serving is not null || known.State == ModelState.Failed);
            return isSettled ? known.Serving is not null : null;
        }
    }

    /// <summary>A version begins to be loaded.</summary>
    /// <returns>For <see cref="TakeOver"/>.</returns>
    public int BeginLoading(ListedVersion listed)
    {
        lock (owner)
        {
            SetStateUnlessServing(listed, ModelState.Loading);
            return Know(listed.Name).Unloads;
        }
    }

    /// <summary>A version begins to run on images of the declared sizes.</summary>
    public void BeginWarming(ListedVersion listed)
    {
        lock (owner)
        {
            SetStateUnlessServing(listed, ModelState.Warming);
        }
    }

    /// <summary>A version cannot be served. One that was loaded from other files under its number goes on answering.</summary>
    /// <returns>Whether one does.</returns>
    public bool Refuse(ListedVersion listed, string reason)
    {
        lock (owner)
        {
            SetStateUnlessServing(listed, ModelState.Failed);
            var known = Know(listed.Name, listed.Version);
            known.TriedFiles = listed.Files;
            known.Reason = known.Serving is null ? reason : $"the version that was loaded before goes on; its new files: {reason}";
            return known.Serving is not null;
        }
    }

    /// <summary>A version answers requests from now on; what was loaded under its number drains.</summary>
    /// <param name="listed">The version in the repository.</param>
    /// <param name="served">The version, loaded and warmed up.</param>
    /// <param name="unloads">From <see cref="BeginLoading"/>.</param>
    /// <returns>False when the model was unloaded meanwhile; then the version is disposed.</returns>
    public bool TakeOver(ListedVersion listed, ServedVersion served, int unloads)
    {
        lock (owner)
        {
            var model = Know(listed.Name);
            var known = Know(listed.Name, listed.Version);
            if (model.Unloads == unloads)
            {
                Drain(known.Serving);
                known.Serving = served;
                known.TriedFiles = listed.Files;
                known.Reason = "";
                model.IsRequired = true;
                SetState(model, known, ModelState.Ready);
                return true;
            }

            SetState(model, known, ModelState.Unloaded);
        }

        served.Dispose();
        return false;
    }

    /// <summary>Takes versions of a model out as soon as no request uses them: those that are gone, and all but the newest.</summary>
    /// <returns>The numbers of those that were taken out.</returns>
    public IReadOnlyList<int> RetireAllBut(string name, int newest)
    {
        lock (owner)
        {
            if (!models.TryGetValue(name, out var model))
            {
                return [];
            }

            var kept = model.Ready.Where(version => !version.IsGone).TakeLast(newest).ToHashSet();
            return Retire(model, version => !kept.Contains(version));
        }
    }

    /// <summary>Takes all versions of a model out as soon as no request uses them.</summary>
    /// <returns>False when the model is not known.</returns>
    public bool Unload(string name)
    {
        lock (owner)
        {
            if (!ModelName.IsValid(name) || !models.TryGetValue(name, out var model))
            {
                return false;
            }

            model.Unloads++;
            model.IsRequired = false;
            Retire(model, _ => true);
            return true;
        }
    }

    /// <summary>The models that are known.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (owner)
            {
                return [.. models.Keys];
            }
        }
    }

    /// <summary>The versions of a model that answer requests, oldest first.</summary>
    public IReadOnlyList<int> ReadyVersions(string name)
    {
        lock (owner)
        {
            return models.TryGetValue(name, out var model) ? [.. model.Ready.Select(version => version.Number)] : [];
        }
    }

    private List<int> Retire(KnownModel model, Func<KnownVersion, bool> isRetired)
    {
        var retired = model.Ready.Where(isRetired).ToList();
        foreach (var version in retired)
        {
            var served = version.Serving!;
            version.Serving = null;
            version.TriedFiles = null;
            version.Reason = "";
            SetState(model, version, ModelState.Draining);
            Drain(served);
        }

        return [.. retired.Select(version => version.Number)];
    }

    private void Drain(ServedVersion? served)
    {
        if (served is null)
        {
            return;
        }

        served.IsRetired = true;
        draining.Add(served);
        if (served.Leases == 0)
        {
            UnloadSoon(served);
        }
    }

    private void GiveBack(ServedVersion served)
    {
        lock (owner)
        {
            served.Leases--;
            if (served.IsRetired && served.Leases == 0 && draining.Contains(served))
            {
                UnloadSoon(served);
            }
        }
    }

    /// <summary>Not on this thread: it may be that of a request whose answer is still to be written.</summary>
    private void UnloadSoon(ServedVersion served) => ThreadPool.UnsafeQueueUserWorkItem(_ => UnloadNow(served), null);

    private void UnloadNow(ServedVersion served)
    {
        lock (owner)
        {
            if (!draining.Remove(served))
            {
                return;   // the service has ended
            }
        }

        served.Dispose();
        lock (owner)
        {
            Unloaded(served.Manifest.Name, served.Manifest.Version);
        }
    }

    private void Unloaded(string name, int number)
    {
        var isDraining = draining.Any(other => other.Manifest.Name == name && other.Manifest.Version == number);
        if (isDraining || !models.TryGetValue(name, out var model) || !model.Versions.TryGetValue(number, out var version))
        {
            return;
        }

        if (version.State == ModelState.Draining)
        {
            version.Reason = "unloaded";
            SetState(model, version, ModelState.Unloaded);
        }

        ForgetGone(model);
    }

    private void ForgetGone(KnownModel model)
    {
        var gone = model.Versions.Values.Where(version => version.IsGone);
        foreach (var version in gone.Where(version => version.State is ModelState.Unloaded or ModelState.Failed).ToList())
        {
            model.Versions.Remove(version.Number);
            metrics.Models.Forget(model.Name, version.Number, StateNames);
        }

        if (model.Versions.Count == 0 && !model.IsNamed)
        {
            models.Remove(model.Name);
        }
    }

    private KnownModel Know(string name)
    {
        if (!models.TryGetValue(name, out var model))
        {
            model = new KnownModel(name);
            models.Add(name, model);
            metrics.Models.Know(name, LoadResults.All);
        }

        return model;
    }

    private KnownVersion Know(string name, int number)
    {
        var model = Know(name);
        if (!model.Versions.TryGetValue(number, out var version))
        {
            version = new KnownVersion(number) { Reason = "not selected" };
            model.Versions.Add(number, version);
            SetState(model, version, ModelState.Unloaded);
        }

        return version;
    }

    private void SetStateUnlessServing(ListedVersion listed, ModelState state)
    {
        var version = Know(listed.Name, listed.Version);
        if (version.Serving is null)
        {
            version.Reason = "";
            SetState(Know(listed.Name), version, state);
        }
    }

    private void SetState(KnownModel model, KnownVersion version, ModelState state)
    {
        version.State = state;
        metrics.Models.SetState(model.Name, version.Number, Label(state), StateNames);
    }

    private static string Label(ModelState state) => state.ToString().ToLowerInvariant();
}
