namespace Pipeline.Serving.Models;

/// <summary>What a version of a model is doing.</summary>
internal enum ModelState
{
    /// <summary>Its files are read and verified, and the sessions are created.</summary>
    Loading,

    /// <summary>It runs on images of the declared sizes.</summary>
    Warming,

    /// <summary>It answers requests.</summary>
    Ready,

    /// <summary>It takes no new request, and finishes those that it has.</summary>
    Draining,

    /// <summary>It was unloaded.</summary>
    Unloaded,

    /// <summary>It cannot be served; the reason says why.</summary>
    Failed,
}

/// <summary>A version of a model as the repository's index lists it.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Version">Version of the model.</param>
/// <param name="State">What it is doing.</param>
/// <param name="Reason">Why it is not served; empty otherwise.</param>
internal sealed record ModelStatus(string Name, int Version, ModelState State, string Reason);
