using Pipeline.Shared.Numbers;

namespace Pipeline.Serving.Protocols.Detect;

/// <summary>A parameter of a request for detection, in the query or in a JSON body.</summary>
/// <param name="Name">Its name; in the query case does not matter.</param>
/// <param name="Accepted">What it takes, in words.</param>
/// <param name="Description">What it does.</param>
internal sealed record DetectParameter(string Name, string Accepted, string Description)
{
    /// <summary>Scores.</summary>
    public static NumberRange<double> Thresholds { get; } = new(0, 1);

    /// <summary>How many detections.</summary>
    public static NumberRange<int> Tops { get; } = new(1, 10_000);

    /// <summary>Versions of a model.</summary>
    public static NumberRange<int> Versions { get; } = new(1, int.MaxValue);

    /// <summary>Times in milliseconds.</summary>
    public static NumberRange<double> Timeouts { get; } = new(1, 3_600_000);

    public static DetectParameter Model { get; } = new(
        "model", "the name of a model", "The model; may be omitted when the service has only one.");

    public static DetectParameter Version { get; } = new(
        "version", $"{Versions}", "The version of the model; the newest that is ready when omitted.");

    public static DetectParameter Threshold { get; } = new(
        "threshold", $"{Thresholds}", "Detections with a lower score are omitted; 0 when omitted.");

    public static DetectParameter Top { get; } = new(
        "top", $"{Tops}", "At most so many detections of an image, those of the highest scores; all when omitted.");

    public static DetectParameter Classes { get; } = new(
        "classes", "names of classes, separated by commas", "Only detections of these classes; all when omitted.");

    public static DetectParameter Timeout { get; } = new(
        "timeout",
        $"{Timeouts}",
        "Milliseconds within which the execution must begin; it can only be shorter than the service's own limit.");

    public static DetectParameter Priority { get; } = new(
        "priority", "live or background", "background uses what requests that somebody waits for leave; live when omitted.");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<DetectParameter> All { get; } = [Model, Version, Threshold, Top, Classes, Timeout, Priority];
}
