using Pipeline.Shared.Protobuf;

namespace Pipeline.Training.Onnx;

/// <summary>
/// Counts the fields of an ONNX file before it is parsed: a field of two bytes takes hundreds once it is an object, so that a small file
/// could ask for more memory than there is.
/// </summary>
internal static class OnnxFieldCount
{
    private const int MostFields = 4_000_000;
    private const int DeepestMessage = 32;

    /// <param name="file">The whole file.</param>
    /// <exception cref="FormatException">There are too many fields, or they do not fit into what holds them.</exception>
    public static void RequireFew(ReadOnlySpan<byte> file)
    {
        var left = MostFields;
        Count(file, OnnxMessage.Model, DeepestMessage, ref left);
    }

    private static void Count(ReadOnlySpan<byte> bytes, OnnxMessage message, int depth, ref int left)
    {
        if (depth == 0)
        {
            throw new FormatException("its graphs are nested too deeply");
        }

        var rest = bytes;
        while (rest.Length > 0)
        {
            var field = ProtobufField.Next(ref rest);
            Spend(1, ref left);
            if (message.Inner.TryGetValue(field.Number, out var inner))
            {
                Count(field.Bytes, inner, depth - 1, ref left);
            }
            else if (message.Packed.Contains(field.Number))
            {
                Spend(field.Bytes.Length, ref left);
            }
        }
    }

    private static void Spend(int fields, ref int left)
    {
        left -= fields;
        if (left < 0)
        {
            throw new FormatException($"it has more than {MostFields:N0} fields beside its weights");
        }
    }
}
