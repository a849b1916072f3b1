using CsCheck;
using Pipeline.Serving.Protocols.OpenInference;
using Pipeline.Serving.Protocols.OpenInference.Grpc;
using Pipeline.Serving.Protocols.OpenInference.Grpc.Messages;
using Pipeline.Serving.Protocols.OpenInference.Rest;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Tests.Protocols.OpenInference;

/// <summary>Tensors of any shape and content are the same pixels in every form.</summary>
public sealed class TensorRoundTripTests
{
    private static readonly Gen<(int Images, int Height, int Width, byte[] Pixels)> Tensors =
        from images in Gen.Int[1, 3]
        from height in Gen.Int[1, 6]
        from width in Gen.Int[1, 6]
        from pixels in Gen.Byte.Array[images * height * width * 3]
        select (images, height, width, pixels);

    [Fact]
    public void Pixels_are_the_same_raw_typed_and_as_json_flat_or_nested() => Tensors.Sample(
        tensor =>
        {
            long[] shape = [tensor.Images, tensor.Height, tensor.Width, 3];
            var typed = new InferTensorContents { UintContents = { tensor.Pixels.Select(value => (uint)value) } };
            ITensorContent[] forms =
            [
                new RawContent("x", tensor.Pixels),
                new TypedContent("x", typed),
                new JsonContent("x", Json(tensor.Pixels, [], 0), shape),
                new JsonContent("x", Json(tensor.Pixels, shape, 0), shape),
            ];
            Assert.All(forms, form => Assert.Equal(tensor.Pixels, Read(form, tensor.Images, tensor.Height, tensor.Width)));
        },
        iter: 300);

    [Fact]
    public void Elements_of_bytes_are_the_same_raw_and_typed() => Gen.Byte.Array[0, 40].Array[1, 6].Sample(
        elements =>
        {
            byte[] raw = [.. elements.SelectMany(element => (byte[])[.. BitConverter.GetBytes(element.Length), .. element])];
            var typed = new InferTensorContents { BytesContents = { elements.Select(Google.Protobuf.ByteString.CopyFrom) } };
            Assert.Equal(elements, new RawContent("x", raw).Elements(elements.Length).Select(element => element.ToArray()));
            Assert.Equal(elements, new TypedContent("x", typed).Elements(elements.Length).Select(element => element.ToArray()));
        },
        iter: 300);

    [Fact]
    public void Rows_after_the_last_detection_have_zeros_and_the_label_minus_1()
    {
        var box = new Box(1, 2, 3, 4);
        IReadOnlyList<Detection>[] found = [[new Detection(2, 0.5f, box)], []];
        const int Rows = 2;

        var expected = InferenceOutputs.Expected(Rows, found);

        var actual = InferenceOutputs.Of(
            boxes: Stack("boxes", "FP32", [-1, Rows, 4], found),
            scores: Stack("scores", "FP32", [-1, Rows], found),
            labels: Stack("labels", "INT64", [-1, Rows], found),
            counts: Stack("num_detections", "INT64", [-1], found));
        expected.RequireSame(actual);
        Assert.Equal([1f, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], actual.Boxes);
        Assert.Equal([2L, -1, -1, -1], actual.Labels);
    }

    private static byte[] Stack(string name, string datatype, long[] shape, IReadOnlyList<Detection>[] found) =>
        OutputTensor.Stack(new TensorMetadata(name, datatype, shape), found).Raw;

    private static byte[] Read(ITensorContent content, int images, int height, int width)
    {
        RgbImage[] read = [.. Enumerable.Range(0, images).Select(_ => RgbImage.Allocate(width, height))];
        content.CopyTo(new PixelWriter(read));
        byte[] pixels = [.. read.SelectMany(image => image.Pixels.ToArray())];
        foreach (var image in read)
        {
            image.Dispose();
        }

        return pixels;
    }

    /// <summary>The numbers as JSON, nested as the shape is from a dimension on; flat without a shape.</summary>
    private static byte[] Json(byte[] pixels, long[] shape, int dimension) =>
        System.Text.Encoding.UTF8.GetBytes(Text(pixels, shape, dimension));

    private static string Text(byte[] pixels, long[] shape, int dimension)
    {
        if (dimension >= shape.Length - 1)
        {
            return $"[{string.Join(',', pixels)}]";
        }

        var rows = pixels.Chunk((int)(pixels.Length / shape[dimension])).Select(row => Text(row, shape, dimension + 1));
        return $"[{string.Join(',', rows)}]";
    }
}
