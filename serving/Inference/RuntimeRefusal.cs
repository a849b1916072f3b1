using Microsoft.ML.OnnxRuntime;

namespace Pipeline.Serving.Inference;

/// <summary>
/// Why ONNX Runtime does not load a model, in words of our own: its messages quote the file, paths of the machine that built it, and
/// sometimes a native stack. They are for the log, at <c>--verbosity debug</c>.
/// </summary>
internal static class RuntimeRefusal
{
    private const string InvalidGraph = "the model's graph is not valid: it is damaged, or was not written by export";

    private static readonly (string Code, string Reason)[] Reasons =
    [
        ("InvalidProtobuf", "this is not an ONNX model, or it is damaged"),
        ("InvalidGraph", InvalidGraph),
        ("InvalidArgument", InvalidGraph),
        ("NotImplemented", "the model uses an operator, or a form of one, that this version of ONNX Runtime does not have"),
    ];

    /// <summary>One sentence without its end.</summary>
    public static string Of(OnnxRuntimeException exception)
    {
        foreach (var (code, reason) in Reasons)
        {
            if (exception.Message.StartsWith($"[ErrorCode:{code}]", StringComparison.Ordinal))
            {
                return reason;
            }
        }

        return "ONNX Runtime cannot load the model: it is damaged, was not written by export, or there is not enough memory";
    }
}
