using Pipeline.Shared;

namespace Pipeline.Serving.Models;

/// <summary>A version that cannot be served.</summary>
/// <param name="result">What the metrics call it: one of <see cref="LoadResults"/>.</param>
/// <param name="reason">Why, for whoever asks the service: without paths of its file system and without text of ONNX Runtime.</param>
/// <param name="cause">What was found, with all of it, for the log.</param>
internal sealed class RefusedModelException(string result, string reason, Exception cause) : UserErrorException(cause.Message, cause)
{
    /// <summary>What the metrics call it.</summary>
    public string Result => result;

    /// <summary>Why, for whoever asks the service.</summary>
    public string Reason => reason;
}

/// <summary>How loading a version can go: the values of the label <c>result</c>.</summary>
internal static class LoadResults
{
    /// <summary>It is ready.</summary>
    public const string Ok = "ok";

    /// <summary>The manifest is missing, damaged, or of another contract.</summary>
    public const string Contract = "contract";

    /// <summary>A file is missing or is not the one that the manifest describes.</summary>
    public const string Digest = "digest";

    /// <summary>ONNX Runtime rejects the model.</summary>
    public const string Load = "load";

    /// <summary>It failed on an image of a size for which it was warmed up.</summary>
    public const string WarmUp = "warmup";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Ok, Contract, Digest, Load, WarmUp];
}
