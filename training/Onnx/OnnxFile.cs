using Google.Protobuf;
using Pipeline.Shared;
using Pipeline.Shared.Files;
using Pipeline.Training.Onnx.Proto;

namespace Pipeline.Training.Onnx;

/// <summary>Reads an ONNX file of unknown origin.</summary>
internal static class OnnxFile
{
    private const long MostBytes = 1L << 29;

    /// <param name="path">An ONNX file.</param>
    /// <returns>The file's bytes, and the model in them; it has a graph with nodes.</returns>
    /// <exception cref="UserErrorException">The file is missing or larger than 512 MiB, is no ONNX model, or is cut off.</exception>
    public static (byte[] Bytes, ModelProto Model) Read(string path)
    {
        var bytes = InputFile.ReadBytes(path, "ONNX file", MostBytes);
        try
        {
            OnnxFieldCount.RequireFew(bytes);
            var model = ModelProto.Parser.WithDiscardUnknownFields(true).ParseFrom(bytes);
            return model.Graph is { Node.Count: > 0 }
                ? (bytes, model)
                : throw new UserErrorException($"{path}: this is not an ONNX model: it holds no graph with nodes.");
        }
        catch (Exception exception) when (exception is FormatException or InvalidProtocolBufferException)
        {
            throw new UserErrorException(
                $"{path}: this is not an ONNX model, or it is cut off or damaged ({Reason(exception)}); download or export it again.",
                exception);
        }
    }

    private static string Reason(Exception exception) => exception.Message.ReplaceLineEndings(" ").Split(". ")[0].TrimEnd('.');
}
