using System.Buffers;
using System.Text.Json;
using Pipeline.Shared.Numbers;

namespace Pipeline.Shared.ModelRepository;

/// <summary>Checks the values of a manifest, so that its users need not.</summary>
internal static class ManifestRules
{
    private const int DigestLength = 64;
    private static readonly SearchValues<char> DigestDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Range of counts, sizes and versions.</summary>
    public static NumberRange<int> Positive { get; } = new(1, int.MaxValue);

    /// <summary>Range of scores and their threshold.</summary>
    public static NumberRange<double> Scores { get; } = new(0, 1);

    /// <param name="path">The manifest's file, for the message.</param>
    /// <param name="manifest">Its content.</param>
    /// <exception cref="UserErrorException">A value is invalid; the message has the first such field.</exception>
    public static void Check(string path, ModelManifest manifest)
    {
        if (Problem(manifest) is { } problem)
        {
            throw ManifestRefusal.OfField(path, problem.Field, problem.Reason);
        }
    }

    private static (string Field, string Reason)? Problem(ModelManifest manifest)
    {
        if (!ModelDirectory.IsName(manifest.Name))
        {
            return ("name", $"'{manifest.Name}' is not a valid model name");
        }

        return ProblemOfNumbers(manifest)
            ?? ProblemOfLabels(manifest.Labels)
            ?? ProblemOfTraining(manifest)
            ?? ProblemOfLabelMap(manifest)
            ?? ProblemOfLeak(manifest.Leak)
            ?? PrecisionRules.Problem(manifest)
            ?? ParityRules.Problem(manifest.Parity)
            ?? ProblemOfDigests(manifest);
    }

    private static (string Field, string Reason)? ProblemOfNumbers(ModelManifest manifest)
    {
        (string Field, int Value)[] numbers =
        [
            ("version", manifest.Version),
            ("maxInputSidePixels", manifest.MaxInputSidePixels),
            ("topD", manifest.MaxDetections),
            ("opset", manifest.Opset),
        ];
        foreach (var (field, value) in numbers)
        {
            if (!Positive.Contains(value))
            {
                return (field, $"{value} is not {Positive}");
            }
        }

        return Scores.Contains(manifest.ScoreThreshold) ? null : ("scoreThreshold", $"{manifest.ScoreThreshold:R} is not {Scores}");
    }

    private static (string Field, string Reason)? ProblemOfLabels(IReadOnlyList<string> labels)
    {
        if (labels.Count == 0)
        {
            return ("labels", "at least one class is needed");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < labels.Count; index++)
        {
            var name = labels[index];
            if (string.IsNullOrWhiteSpace(name) || name.Any(char.IsControl))
            {
                return ($"labels[{index}]", "a class name is one line of text");
            }

            if (!seen.Add(name))
            {
                return ($"labels[{index}]", $"'{name}' is named twice");
            }
        }

        return null;
    }

    /// <summary>The detector counts the background as a class.</summary>
    private static (string Field, string Reason)? ProblemOfTraining(ModelManifest manifest)
    {
        if (manifest.Training is not { } training || training.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (training.ValueKind != JsonValueKind.Object)
        {
            return ("training", "expected an object");
        }

        if (!training.TryGetProperty("numClasses", out var classes))
        {
            return null;
        }

        if (classes.ValueKind != JsonValueKind.Number || !classes.TryGetInt32(out var count))
        {
            return ("training.numClasses", "expected a whole number");
        }

        return count - 1 == manifest.Labels.Count
            ? null
            : ("labels", $"{manifest.Labels.Count} classes, but the detector was trained for {count - 1} (training.numClasses - 1)");
    }

    private static (string Field, string Reason)? ProblemOfLabelMap(ModelManifest manifest)
    {
        foreach (var (type, target) in manifest.LabelMap ?? new Dictionary<string, string>())
        {
            if (!manifest.Labels.Contains(target))
            {
                return ("labelMap", $"'{type}' becomes '{target}', which is not one of the labels");
            }

            if (manifest.Labels.Contains(type))
            {
                return ("labelMap", $"'{type}' is itself a label and cannot become '{target}'");
            }
        }

        return null;
    }

    private static (string Field, string Reason)? ProblemOfLeak(ImageLeak? leak)
    {
        if (leak is null || (leak.ValidationImages >= 0 && leak.TestImages >= 0))
        {
            return null;
        }

        return ("leak", $"{leak.ValidationImages} and {leak.TestImages} images; a count cannot be negative");
    }

    private static (string Field, string Reason)? ProblemOfDigests(ModelManifest manifest)
    {
        if (!manifest.Files.ContainsKey(ModelDirectory.ModelFileName))
        {
            return ("files", $"{ModelDirectory.ModelFileName} is not listed");
        }

        foreach (var (name, digest) in manifest.Files)
        {
            if (!IsPlainFileName(name))
            {
                return ("files", $"'{name}' is not a plain file name");
            }

            if (digest is null || digest.SizeBytes < 0 || !IsDigest(digest.Sha256))
            {
                return ("files", $"'{name}' needs a sha256 of {DigestLength} lower-case hexadecimal digits and a sizeBytes of at least 0");
            }
        }

        var bytes = manifest.Files[ModelDirectory.ModelFileName].SizeBytes;
        if (bytes > ModelDirectory.MostModelBytes)
        {
            return ("files", $"{ModelDirectory.ModelFileName} has {bytes:N0} bytes; an ONNX file holds at most 2 GiB");
        }

        return manifest.CheckpointSha256 is { } checkpoint && !IsDigest(checkpoint)
            ? ("checkpointSha256", $"'{checkpoint}' does not have {DigestLength} lower-case hexadecimal digits")
            : null;
    }

    private static bool IsPlainFileName(string name) => name.Length > 0 && name == Path.GetFileName(name) && name is not ("." or "..");

    private static bool IsDigest(string? text) => text?.Length == DigestLength && !text.AsSpan().ContainsAnyExcept(DigestDigits);
}
