using System.Text.RegularExpressions;
using Pipeline.Serving.Configuration;
using Pipeline.Shared;

namespace Pipeline.Serving.Inference;

/// <summary>
/// Says why a GPU cannot be used, and what to do. ONNX Runtime loads the libraries of a provider when it is asked for; asked in another
/// way, it would execute on the processor and say nothing.
/// </summary>
internal static partial class MissingProvider
{
    private const string Cpu = "or choose the provider cpu";

    /// <summary>The error to throw.</summary>
    /// <param name="provider">What was asked for.</param>
    /// <param name="exception">What ONNX Runtime said.</param>
    public static UserErrorException Explain(ExecutionProvider provider, Exception exception)
    {
        var name = NameOf(provider);
        if (exception.Message.Contains("not enabled in this build", StringComparison.Ordinal))
        {
            return new UserErrorException(
                $"the provider {name} is not in this build of the service, which is for the processor alone; build it with "
                + $"-p:Accelerator=cuda, {Cpu}.",
                exception);
        }

        if (MissingLibrary().Match(exception.Message) is { Success: true } missing)
        {
            var library = missing.Groups["library"].Value;
            return new UserErrorException(
                $"the provider {name} needs the library {library}, which this machine lacks; install {Needs(provider)} and name their "
                + $"folder in LD_LIBRARY_PATH, {Cpu}.",
                exception);
        }

        return CannotBeUsed(provider, exception);
    }

    /// <summary>The error to throw when the libraries are there but the GPU is not, or is not the one that was asked for.</summary>
    /// <param name="provider">What was asked for.</param>
    /// <param name="exception">What ONNX Runtime said.</param>
    public static UserErrorException CannotBeUsed(ExecutionProvider provider, Exception exception)
    {
        var reason = exception.Message.ReplaceLineEndings("\n").Split('\n')[0].TrimEnd('.', ' ');
        return new UserErrorException(
            $"the provider {NameOf(provider)} cannot be used on this machine: {reason}. See whether nvidia-smi lists the GPU, {Cpu}.",
            exception);
    }

    private static string NameOf(ExecutionProvider provider) => provider == ExecutionProvider.Cuda ? "cuda" : "tensorrt";

    private static string Needs(ExecutionProvider provider) =>
        provider == ExecutionProvider.Cuda ? "CUDA 13 and cuDNN 9" : "CUDA 13, cuDNN 9 and TensorRT 10";

    /// <summary>As the loader of Linux says it, or with the names that Windows gives libraries.</summary>
    [GeneratedRegex(@"(?<library>lib[A-Za-z0-9_+-]+\.so[.0-9]*): cannot open shared object file|depends on ""(?<library>[^""]+\.dll)""")]
    private static partial Regex MissingLibrary();
}
