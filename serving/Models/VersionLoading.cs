using System.Text.RegularExpressions;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Inference;
using Pipeline.Serving.Observability;
using Pipeline.Shared;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Models;

/// <summary>
/// Makes a version ready for requests: its files are verified, its sessions created, and it has run on the declared sizes.
/// </summary>
/// <param name="options">The service's options.</param>
/// <param name="metrics">Collects what is measured.</param>
internal sealed partial class VersionLoading(ServiceOptions options, ServiceMetrics metrics)
{
    private readonly WarmUpSize[] warmUpSizes = [.. options.Repository.WarmUpSizes.Select(WarmUpSize.Parse)];

    /// <summary>Loads a version.</summary>
    /// <param name="listed">The version in the repository.</param>
    /// <param name="onWarming">Is called when its sessions are created and it is about to run.</param>
    /// <returns>The version; whoever takes it disposes it.</returns>
    /// <exception cref="RefusedModelException">It cannot be served.</exception>
    public ServedVersion Load(ListedVersion listed, Action onWarming)
    {
        Try(listed, LoadResults.Contract, () => ModelDirectory.ReadManifest(listed.Folder, listed.StandsInRoot));
        var directory = Try(
            listed,
            LoadResults.Digest,
            () => ModelDirectory.Open(listed.Folder, listed.StandsInRoot).ListedAs(listed.Name, listed.Version));
        var detector = Try(listed, LoadResults.Load, () => DetectorModel.Load(directory, options.Execution));
        try
        {
            onWarming();
            Try(listed, LoadResults.WarmUp, () => WarmUp(detector));
            return new ServedVersion(detector, options.Limits.Images, metrics);
        }
        catch
        {
            detector.Dispose();
            throw;
        }
    }

    private bool WarmUp(DetectorModel detector)
    {
        detector.WarmUp(warmUpSizes, options.Batching.EffectiveMaxBatchSize(options.Execution));
        return true;
    }

    private static T Try<T>(ListedVersion listed, string stage, Func<T> load)
    {
        try
        {
            return load();
        }
#pragma warning disable CA1031 // Whatever a model's files cause concerns that model alone.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            throw new RefusedModelException(stage, Reason(listed, stage, exception), exception);
        }
    }

    /// <summary>Why, for whoever asks: the message with the repository's path taken out, or no more than what failed.</summary>
    private static string Reason(ListedVersion listed, string stage, Exception exception)
    {
        const string InTheLog = "the service's log says more";
        if (stage == LoadResults.WarmUp)
        {
            return $"the model failed when it was warmed up; {InTheLog}";
        }

        if (exception is not UserErrorException)
        {
            return stage == LoadResults.Load ? $"ONNX Runtime rejects the model; {InTheLog}" : $"its files cannot be read; {InTheLog}";
        }

        var relative = exception.Message.Replace(listed.Folder, $"{listed.Name}/{listed.Version}", StringComparison.Ordinal);
        return AbsolutePath().IsMatch(relative) ? $"its files cannot be used; {InTheLog}" : relative.ReplaceLineEndings(" ");
    }

    [GeneratedRegex(@"(^|[\s'""(])([/\\]|[A-Za-z]:\\)")]
    private static partial Regex AbsolutePath();
}
