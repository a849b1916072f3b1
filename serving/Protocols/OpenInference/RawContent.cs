using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Protocols.OpenInference;

/// <summary>Elements in their own bytes, as binary tensors over HTTP and raw contents over gRPC have them.</summary>
/// <param name="place">Where the tensor stands, for messages.</param>
/// <param name="bytes">Row-major, little-endian; each element of BYTES after its length in four bytes.</param>
internal sealed class RawContent(string place, ReadOnlyMemory<byte> bytes) : ITensorContent
{
    private const int LengthBytes = sizeof(uint);

    /// <inheritdoc />
    public void CopyTo(PixelWriter target)
    {
        if (bytes.Length != target.Elements)
        {
            throw Refusal($"{bytes.Length:N0} bytes are sent, but the shape has {target.Elements:N0} elements of one byte");
        }

        target.Write(bytes.Span);
    }

    /// <inheritdoc />
    public IReadOnlyList<ArraySegment<byte>> Elements(int count)
    {
        var elements = new List<ArraySegment<byte>>(Math.Min(count, bytes.Length / LengthBytes + 1));
        for (var offset = 0; offset < bytes.Length;)
        {
            if (elements.Count == count)
            {
                throw Refusal($"bytes are left over after the {count} elements of its shape");
            }

            if (bytes.Length - offset < LengthBytes)
            {
                throw Refusal($"the length of element {elements.Count} is cut off; each element begins with its length in four bytes");
            }

            var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[offset..]);
            offset += LengthBytes;
            if (length > bytes.Length - offset)
            {
                throw Refusal($"element {elements.Count} should have {length:N0} bytes, but only {bytes.Length - offset:N0} are sent");
            }

            elements.Add(Segment(offset, (int)length));
            offset += (int)length;
        }

        return elements.Count == count ? elements : throw Refusal($"{elements.Count} elements are sent, but the shape has {count}");
    }

    private ArraySegment<byte> Segment(int offset, int length)
    {
        var element = bytes.Slice(offset, length);
        return MemoryMarshal.TryGetArray(element, out var segment) ? segment : element.ToArray();
    }

    private RefusedRequestException Refusal(string what) => new(FaultKind.Malformed, $"{place}: {what}. Send data that fits the shape.");
}
