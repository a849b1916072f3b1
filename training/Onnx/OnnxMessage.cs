using System.Buffers;
using System.Text;

namespace Pipeline.Training.Onnx;

/// <summary>A protobuf message under construction: fields by number in the wire format.</summary>
internal sealed class OnnxMessage
{
    private readonly ArrayBufferWriter<byte> bytes = new();

    public OnnxMessage Integer(int field, long value)
    {
        Varint((ulong)field << 3);
        Varint((ulong)value);
        return this;
    }

    public OnnxMessage Single(int field, float value)
    {
        Varint(((ulong)field << 3) | 5);
        bytes.Write(BitConverter.GetBytes(value));
        return this;
    }

    public OnnxMessage Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public OnnxMessage Message(int field, OnnxMessage value) => Bytes(field, value.bytes.WrittenSpan);

    public OnnxMessage Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint(((ulong)field << 3) | 2);
        Varint((ulong)value.Length);
        bytes.Write(value);
        return this;
    }

    public void WriteTo(Stream stream) => stream.Write(bytes.WrittenSpan);

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            bytes.Write([(byte)(value | 0x80)]);
            value >>= 7;
        }

        bytes.Write([(byte)value]);
    }
}
