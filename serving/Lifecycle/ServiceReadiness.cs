using Pipeline.Serving.Models;

namespace Pipeline.Serving.Lifecycle;

/// <summary>Whether the service should get requests: every model that it must serve is ready, and it is not ending.</summary>
/// <param name="models">The models.</param>
internal sealed class ServiceReadiness(ServedModels models)
{
    private volatile bool isDraining;

    /// <summary>Whether it is ending, and takes requests only until balancers have noticed.</summary>
    public bool IsDraining => isDraining;

    /// <summary>Whether it should get requests.</summary>
    public bool IsReady => Obstacle is null;

    /// <summary>Why it should not get requests, in plain words; null when it should.</summary>
    public string? Obstacle => isDraining ? "the service is ending" : models.Obstacle;

    /// <summary>Says that the service is ending.</summary>
    public void BeginDraining() => isDraining = true;
}
