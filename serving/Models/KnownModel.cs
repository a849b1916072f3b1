namespace Pipeline.Serving.Models;

/// <summary>A model of the repository with its versions; guarded by the lock of <see cref="ServedModels"/>.</summary>
/// <param name="name">Its name.</param>
internal sealed class KnownModel(string name)
{
    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>Its versions, by number.</summary>
    public SortedList<int, KnownVersion> Versions { get; } = [];

    /// <summary>Whether the service is only ready when this model is: it was to be served from the start, or it was ready once.</summary>
    public bool IsRequired { get; set; }

    /// <summary>Whether the options name it, so that it stays known without any version.</summary>
    public bool IsNamed { get; set; }

    /// <summary>Counts the requests to unload it, so that a load that began before one does not undo it.</summary>
    public int Unloads { get; set; }

    /// <summary>Its versions that answer requests, oldest first.</summary>
    public IEnumerable<KnownVersion> Ready => Versions.Values.Where(version => version.Serving is not null);

    /// <summary>The version that answers requests that do not name one; null when none is ready.</summary>
    public ServedVersion? Newest => Ready.LastOrDefault()?.Serving;
}

/// <summary>A version of a model of the repository; guarded by the lock of <see cref="ServedModels"/>.</summary>
/// <param name="number">Its number.</param>
internal sealed class KnownVersion(int number)
{
    /// <summary>Its number.</summary>
    public int Number => number;

    /// <summary>What it is doing.</summary>
    public ModelState State { get; set; } = ModelState.Unloaded;

    /// <summary>Why it is not served, or why its new files are not; empty otherwise.</summary>
    public string Reason { get; set; } = "";

    /// <summary>The files that were loaded, or that failed to, as <see cref="ListedVersion.Files"/>; null before the first try.</summary>
    public string? TriedFiles { get; set; }

    /// <summary>What answers requests; null when nothing does.</summary>
    public ServedVersion? Serving { get; set; }

    /// <summary>Whether it is no longer in the repository.</summary>
    public bool IsGone { get; set; }
}
