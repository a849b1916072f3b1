using Pipeline.Serving.Faults;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Text;

namespace Pipeline.Serving.Protocols.Detect;

/// <summary>Selects what of an image's detections a client asked for.</summary>
internal sealed class ClassFilter
{
    private const int LabelsShown = 200;
    private readonly DetectParameters parameters;
    private readonly HashSet<int>? wanted;

    /// <param name="parameters">What was asked for.</param>
    /// <param name="labels">Names of the model's classes.</param>
    /// <exception cref="RefusedRequestException">The model has no class of a name.</exception>
    public ClassFilter(DetectParameters parameters, IReadOnlyList<string> labels)
    {
        this.parameters = parameters;
        wanted = parameters.Classes is { } classes
            ? [.. classes.SelectMany(text => Names(text, labels)).Select(name => IndexOf(name, labels))]
            : null;
    }

    /// <summary>The detections that were asked for.</summary>
    /// <param name="detections">By descending score.</param>
    public IReadOnlyList<Detection> Select(IEnumerable<Detection> detections) =>
    [
        .. detections
            .Where(found => found.Score >= parameters.Threshold && (wanted is null || wanted.Contains(found.Label)))
            .Take(parameters.Top),
    ];

    /// <summary>The names in a text; a class whose name has a comma is found as a whole.</summary>
    private static string[] Names(string text, IReadOnlyList<string> labels) => labels.Contains(text)
        ? [text]
        : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static int IndexOf(string name, IReadOnlyList<string> labels)
    {
        for (var index = 0; index < labels.Count; index++)
        {
            if (labels[index] == name)
            {
                return index;
            }
        }

        var meant = NearName.Of(name, labels) is { } near ? $" Did you mean '{near}'?" : "";
        var known = FirstFew.Of([.. labels], LabelsShown);
        throw new RefusedRequestException(
            FaultKind.Malformed, $"classes: the model has no class '{ImageRefusal.Shown(name)}'.{meant} Its classes are {known}.");
    }
}
