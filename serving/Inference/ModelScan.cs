using Pipeline.Shared;
using Pipeline.Shared.Protobuf;

namespace Pipeline.Serving.Inference;

/// <summary>
/// Looks through an ONNX file before ONNX Runtime reads it, since a manifest whose digest fits can be written for any file: what
/// <c>export</c> writes is let through; what would make ONNX Runtime read other files, run other code, loop, or take memory that the file
/// does not account for, is refused. It allocates nothing of what the file announces.
/// </summary>
/// <remarks>Numbers of fields: onnx.proto of the format (onnx.ai).</remarks>
internal sealed class ModelScan
{
    private const int MostFields = 4_000_000;
    private const int MostNodes = 100_000;
    private const ulong LargestOpset = 30;
    private int fieldsLeft = MostFields;
    private int nodes;

    private ModelScan()
    {
    }

    /// <summary>Requires that a file is what <c>export</c> could have written.</summary>
    /// <param name="path">The file, for the message.</param>
    /// <param name="model">Its content.</param>
    /// <exception cref="UserErrorException">It is not; the message says why.</exception>
    public static void Require(string path, ReadOnlySpan<byte> model)
    {
        try
        {
            new ModelScan().ReadModel(model);
        }
        catch (FormatException exception)
        {
            throw new UserErrorException($"{path}: this file is not loaded: {exception.Message}. Export the model again.", exception);
        }
    }

    private void ReadModel(ReadOnlySpan<byte> rest)
    {
        var hasGraph = false;
        while (rest.Length > 0)
        {
            var field = Next(ref rest);
            switch (field.Number)
            {
                case 7:
                    hasGraph = true;
                    ReadGraph(field.Bytes);
                    break;
                case 8:
                    ReadOpset(field.Bytes);
                    break;
                case 20 or 25:
                    throw new FormatException("it brings functions or training steps of its own, which export never writes");
            }
        }

        if (!hasGraph || nodes == 0)
        {
            throw new FormatException("it is not an ONNX model: it holds no graph with nodes");
        }
    }

    private void ReadOpset(ReadOnlySpan<byte> rest)
    {
        while (rest.Length > 0)
        {
            var field = Next(ref rest);
            if (field.Number == 1)
            {
                RequireStandard(field.Bytes);
            }
            else if (field.Number == 2 && field.Value > LargestOpset)
            {
                throw new FormatException($"it needs operator set {field.Value}, and this program knows those up to {LargestOpset}");
            }
        }
    }

    private void ReadGraph(ReadOnlySpan<byte> rest)
    {
        while (rest.Length > 0)
        {
            var field = Next(ref rest);
            switch (field.Number)
            {
                case 1:
                    ReadNode(field.Bytes);
                    break;
                case 5:
                    ReadTensor(field.Bytes);
                    break;
                case 15:
                    throw SparseTensor();
            }
        }
    }

    private void ReadNode(ReadOnlySpan<byte> rest)
    {
        nodes++;
        if (nodes > MostNodes)
        {
            throw new FormatException($"it has more than {MostNodes:N0} operators");
        }

        while (rest.Length > 0)
        {
            var field = Next(ref rest);
            if (field.Number == 5)
            {
                ReadAttribute(field.Bytes);
            }
            else if (field.Number == 7)
            {
                RequireStandard(field.Bytes);
            }
        }
    }

    private void ReadAttribute(ReadOnlySpan<byte> rest)
    {
        while (rest.Length > 0)
        {
            var field = Next(ref rest);
            switch (field.Number)
            {
                case 5 or 10:
                    ReadTensor(field.Bytes);
                    break;
                case 6 or 11:
                    throw new FormatException("it branches or loops (operators as If, Loop and Scan), which export never writes");
                case 22 or 23:
                    throw SparseTensor();
            }
        }
    }

    private void ReadTensor(ReadOnlySpan<byte> rest)
    {
        var tensor = new TensorSize();
        while (rest.Length > 0)
        {
            var field = Next(ref rest);
            switch (field.Number)
            {
                case 13:
                case 14 when field.Value != 0:
                    throw new FormatException("it keeps weights in other files, which are not read: a model is one file");
                default:
                    tensor.Add(field);
                    break;
            }
        }

        tensor.RequireFilled();
    }

    private ProtobufField Next(ref ReadOnlySpan<byte> rest)
    {
        fieldsLeft--;
        return fieldsLeft >= 0
            ? ProtobufField.Next(ref rest)
            : throw new FormatException($"it has more than {MostFields:N0} fields beside its weights");
    }

    private static void RequireStandard(ReadOnlySpan<byte> domain)
    {
        if (!domain.IsEmpty && !domain.SequenceEqual("ai.onnx"u8))
        {
            throw new FormatException("it uses operators that are not ONNX's own, which export never writes");
        }
    }

    private static FormatException SparseTensor() => new("it has sparse weights, which export never writes");
}
