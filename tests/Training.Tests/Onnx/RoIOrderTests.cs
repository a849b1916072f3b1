using System.Runtime.InteropServices;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Export;
using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Proto;

namespace Pipeline.Training.Tests.Onnx;

/// <summary>Boxes are pooled neighbor by neighbor: the results are those of any other order, to the bit.</summary>
public sealed class RoIOrderTests : IDisposable
{
    private const int Height = 128, Width = 160, Channels = 3, Images = 3;

    private readonly string folder = Directory.CreateTempSubdirectory("rois").FullName;

    [Theory]
    [InlineData(200, false)]
    [InlineData(200, true)]
    [InlineData(1, false)]
    [InlineData(0, false)]
    [InlineData(0, true)]
    public void Random_boxes_of_several_images_are_pooled_to_the_bit_as_without_sorting(int count, bool aligned)
    {
        var random = new Random(count);
        float Side() => MathF.Exp(random.NextSingle() * 6);   // of every level
        float[] Box()
        {
            var x = random.NextSingle() * Width;
            var y = random.NextSingle() * Height;
            return [x, y, Math.Min(x + Side(), Width), Math.Min(y + Side(), Height)];
        }

        EqualUnsorted([.. Enumerable.Range(0, count).Select(_ => Box())], aligned, image => image % Images);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Boxes_of_equal_position_and_levels_without_boxes_change_nothing(bool aligned)
    {
        float[] small = [10, 70, 20, 90];
        float[] longer = [10, 70, 30, 95];

        EqualUnsorted([.. Enumerable.Range(0, 40).Select(i => i % 3 == 0 ? longer : small)], aligned, image => image % 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Boxes_without_area_or_outside_the_image_change_nothing(bool aligned) =>
        EqualUnsorted(
            [[5, 5, 5, 5], [160, 128, 160, 128], [0, 0, 160, 128], [-40, -3, 7, 9], [150, 120, 900, 700], [80, 60, 80, 100]],
            aligned,
            image => 2 - image % Images);

    [Fact]
    public void Rows_of_a_level_lie_by_image_band_and_left_edge()
    {
        float[][] boxes = [[90, 10, 99, 19], [30, 20, 39, 29], [60, 100, 69, 109], [50, 15, 59, 24]];

        var (_, order) = Run(boxes, aligned: false, image => image == 3 ? 1 : 0, sorted: true);

        Assert.Equal([3, 2, 0, 1], order);   // the last image first, the lowest band of it, the rightmost
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void EqualUnsorted(float[][] boxes, bool aligned, Func<int, int> imageOf)
    {
        var (unsorted, givenOrder) = Run(boxes, aligned, imageOf, sorted: false);
        var (sorted, order) = Run(boxes, aligned, imageOf, sorted: true);

        Assert.Equal(Enumerable.Range(0, boxes.Length).Select(i => (long)i), order.Order());
        Assert.Equal(ByBox(unsorted, givenOrder), ByBox(sorted, order));
    }

    /// <summary>Bits of the results in the order of the boxes.</summary>
    private static int[] ByBox(float[] pooled, long[] order)
    {
        if (order.Length == 0)
        {
            return [];
        }

        var length = pooled.Length / order.Length;
        int[] Bits(int row) => [.. pooled.Skip(row * length).Take(length).Select(BitConverter.SingleToInt32Bits)];
        return [.. Enumerable.Range(0, order.Length).OrderBy(row => order[row]).SelectMany(Bits)];
    }

    private (float[] Pooled, long[] Order) Run(float[][] boxes, bool aligned, Func<int, int> imageOf, bool sorted)
    {
        var graph = Graph(boxes.Length, aligned);
        if (!sorted)
        {
            KeepGivenOrder(graph, boxes.Length);
        }

        var path = Path.Combine(folder, "pool.onnx");
        graph.Save(path);
        using var quiet = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };   // it warns of dead constants
        using var session = new InferenceSession(path, quiet);
        using var options = new RunOptions();
        var random = new Random(1);
        OrtValue Map(int level)
        {
            long[] shape = [Images, Channels, Height >> (level + 2), Width >> (level + 2)];
            float[] values = [.. Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_ => random.NextSingle())];
            return OrtValue.CreateTensorValueFromMemory(values, shape);
        }

        float[] corners = [.. boxes.SelectMany(box => box)];
        long[] images = [.. Enumerable.Range(0, boxes.Length).Select(i => (long)imageOf(i))];
        OrtValue[] given =
        [
            .. Enumerable.Range(0, MultiScaleRoIAlign.PooledLevels).Select(Map),
            OrtValue.CreateTensorValueFromMemory(corners, [boxes.Length, 4]),
            OrtValue.CreateTensorValueFromMemory(images, [boxes.Length]),
        ];
        using var results = session.Run(options, session.InputNames, given, ["pooled", "order"]);
        foreach (var value in given)
        {
            value.Dispose();
        }

        return (results[0].GetTensorDataAsSpan<float>().ToArray(), results[1].GetTensorDataAsSpan<long>().ToArray());
    }

    private static OnnxGraph Graph(int count, bool aligned)
    {
        var graph = new OnnxGraph();
        OnnxValue[] maps =
        [
            .. Enumerable.Range(0, MultiScaleRoIAlign.PooledLevels).Select(
                level => graph.Input($"map{level}", OnnxType.Float, Images, Channels, Height >> (level + 2), Width >> (level + 2))),
        ];
        var boxes = graph.Input("boxes", OnnxType.Float, count, 4);
        var images = graph.Input("images", OnnxType.Int64, count);
        var size = new OnnxSize(graph.Vector(Height), graph.Vector(Width));
        var batch = new OnnxBatch(Pixels: maps[0], Count: graph.Vector(Images), Input: size, Resized: size, Padded: size);
        var pooler = new MultiScaleRoIAlign(outputSize: 3, samplingRatio: aligned ? 0 : 2, aligned, aligned ? [4, 8, 16, 32, 64] : null);
        var (pooled, order) = pooler.Emit(graph, new RoIAlignInput(maps, boxes, images, batch));
        graph.Output("pooled", pooled, "K", Channels, 3, 3);
        graph.Output("order", order, "K");
        return graph;
    }

    /// <summary>Puts 0, 1, … in the place of the sorted indices.</summary>
    private static void KeepGivenOrder(OnnxGraph graph, int count)
    {
        var sort = graph.Nodes.Single(node => node.OpType == "TopK");
        long[] indices = [.. Enumerable.Range(0, count).Select(i => (long)i)];
        var given = new TensorProto
        {
            Name = sort.Output[1],
            DataType = (int)OnnxType.Int64,
            Dims = { count },
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(indices.AsSpan())),
        };
        graph.Rewrite([.. graph.Nodes.Where(node => node != sort)], [.. graph.Initializers, given]);
    }
}
