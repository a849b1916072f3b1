using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Models;

internal sealed partial class RepositoryUpdates
{
    private const int LongestReason = 600;

    private static string OneLine(string reason) => LogText.OneLine(reason.ReplaceLineEndings(" "), LongestReason);

    /// <summary>One line for each version, with the whole reason, and what answers instead.</summary>
    private void LogRefused(IEnumerable<(ListedVersion Version, RefusedModelException Why)> refused)
    {
        foreach (var (version, why) in refused)
        {
            var ready = models.ReadyVersions(version.Name);
            var instead = ready.Count == 0
                ? "no version of it is served"
                : string.Create(CultureInfo.InvariantCulture, $"version {ready[^1]} goes on serving");
            ModelRefused(version.Name, version.Version, why.Result, OneLine(why.Message), instead);
            if (why.GetBaseException() is OnnxRuntimeException said)
            {
                RuntimeSaid(version.Name, version.Version, OneLine(said.Message));
            }
        }
    }

    private void LogReady(ListedVersion listed, string precision, TimeSpan duration)
    {
        if (hasStarted)
        {
            ModelReady(listed.Name, listed.Version, precision, (long)duration.TotalMilliseconds);
        }
        else
        {
            ModelReadyAtStart(listed.Name, listed.Version, precision, (long)duration.TotalMilliseconds);
        }
    }

    private void LogRetired(string name, IReadOnlyList<int> versions)
    {
        foreach (var version in versions)
        {
            ModelRetired(name, version);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "model {Model}/{Version} cannot be served ({Result}): {Reason} ({Instead})")]
    private partial void ModelRefused(string model, int version, string result, string reason, string instead);

    [LoggerMessage(2, LogLevel.Information, "model {Model}/{Version} ({Precision}) is ready; it took {Milliseconds} ms to load")]
    private partial void ModelReady(string model, int version, string precision, long milliseconds);

    [LoggerMessage(3, LogLevel.Debug, "model {Model}/{Version} ({Precision}) is ready; it took {Milliseconds} ms to load")]
    private partial void ModelReadyAtStart(string model, int version, string precision, long milliseconds);

    [LoggerMessage(
        4, LogLevel.Information, "model {Model}/{Version} takes no more requests; it is unloaded when those that it has are done")]
    private partial void ModelRetired(string model, int version);

    [LoggerMessage(5, LogLevel.Warning, "the model repository cannot be read; what is served goes on: {Reason}")]
    private partial void RepositoryUnreadable(string reason);

    [LoggerMessage(6, LogLevel.Debug, "model {Model}/{Version}: ONNX Runtime said: {Message}")]
    private partial void RuntimeSaid(string model, int version, string message);
}
