using System.Runtime.InteropServices;
using Google.Protobuf;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Protocols.OpenInference.Grpc.Messages;

namespace Pipeline.Serving.Protocols.OpenInference.Grpc;

/// <summary>Elements in the list that fits their type.</summary>
/// <param name="place">Where they stand, for messages.</param>
/// <param name="contents">The lists; only one may have elements.</param>
internal sealed class TypedContent(string place, InferTensorContents contents) : ITensorContent
{
    /// <inheritdoc />
    public void CopyTo(PixelWriter target)
    {
        var values = contents.UintContents;
        RequireOnly(values.Count, "uint_contents", DetectorTensors.Uint8);
        if (values.Count != target.Elements)
        {
            throw Refusal($"uint_contents has {values.Count:N0} elements, but the shape has {target.Elements:N0}");
        }

        foreach (var value in values)
        {
            if (value > byte.MaxValue)
            {
                throw Refusal($"uint_contents[{target.Written}] is {value}, but UINT8 has values from 0 to 255");
            }

            target.Write((byte)value);
        }
    }

    /// <inheritdoc />
    public IReadOnlyList<ArraySegment<byte>> Elements(int count)
    {
        var files = contents.BytesContents;
        RequireOnly(files.Count, "bytes_contents", DetectorTensors.Bytes);
        return files.Count == count
            ? [.. files.Select(Segment)]
            : throw Refusal($"bytes_contents has {files.Count:N0} elements, but the shape has {count}");
    }

    private static ArraySegment<byte> Segment(ByteString file) =>
        MemoryMarshal.TryGetArray(file.Memory, out var segment) ? segment : file.ToByteArray();

    private void RequireOnly(int expected, string field, string datatype)
    {
        var all = contents.BoolContents.Count
            + (long)contents.IntContents.Count
            + contents.Int64Contents.Count
            + contents.UintContents.Count
            + contents.Uint64Contents.Count
            + contents.Fp32Contents.Count
            + contents.Fp64Contents.Count
            + contents.BytesContents.Count;
        if (all != expected)
        {
            throw Refusal($"{datatype} is sent in {field} and in no other list");
        }
    }

    private RefusedRequestException Refusal(string what) => new(FaultKind.Malformed, $"{place}: {what}. Send data that fits the shape.");
}
