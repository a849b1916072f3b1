using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace Pipeline.Serving.Tests.Fuzz;

/// <summary>A gRPC call of ModelInfer whose frame is damaged: the message, the prefix before it, or both.</summary>
internal static class FuzzedCall
{
    private const int PrefixBytes = 5;
    private const string Method = "/inference.GRPCInferenceService/ModelInfer";
    private static readonly byte[] Valid = Frame(Message());

    /// <summary>A call with a damaged frame.</summary>
    public static HttpRequestMessage Next(Random random)
    {
        var damaged = new Mutation(random, []).Of(Valid);
        var hasRightPrefix = random.Next(4) > 0 && damaged.Length >= PrefixBytes;
        if (hasRightPrefix)
        {
            damaged = Frame(damaged[PrefixBytes..]);
        }

        var content = new ByteArrayContent(damaged);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        var request = new HttpRequestMessage(HttpMethod.Post, Method)
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        return request;
    }

    private static byte[] Frame(byte[] message)
    {
        var frame = new byte[PrefixBytes + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, PrefixBytes);
        return frame;
    }

    /// <summary>
    /// ModelInferRequest: model_name = 1, id = 3, inputs = 5 (name = 1, datatype = 2, shape = 3), raw_input_contents = 7.
    /// </summary>
    private static byte[] Message()
    {
        var input = Written(output =>
        {
            Write(output, 1, "images");
            Write(output, 2, "UINT8");
            Write(output, 3, [1, 4, 4, 3]);
        });
        return Written(output =>
        {
            Write(output, 1, TinyModel.Name);
            Write(output, 3, "a");
            Write(output, 5, input);
            Write(output, 7, new byte[48]);
        });
    }

    private static void Write(CodedOutputStream output, int field, string text)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteString(text);
    }

    private static void Write(CodedOutputStream output, int field, byte[] bytes)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(bytes));
    }

    private static byte[] Written(Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            write(output);
        }

        return stream.ToArray();
    }
}
