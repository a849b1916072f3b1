using System.Runtime.InteropServices;
using Pipeline.Training.Onnx.Proto;

namespace Pipeline.Training.Onnx.Passes;

/// <summary>A 3×3 convolution of stride 1 that keeps its map's sides.</summary>
/// <param name="Convolution">Its node; the inputs are a map [N, C, H, W], the weight and, where there is one, the bias [D].</param>
/// <param name="Weight">float32 [D, C, 3, 3]</param>
/// <param name="FillsTiles">Whether H and W are known to be multiples of 4.</param>
internal sealed record WinogradInput(NodeProto Convolution, TensorProto Weight, bool FillsTiles);

/// <summary>
/// Winograd's F(4×4, 3×3): a result's tile of 4×4 is Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A of a patch d of 6×6 and the weight g, both of one pair of
/// channels; over all channels, ⊙ becomes 36 products of matrices (Lavin and Gray 2015, sections 4.1 and 4.3).
/// </summary>
/// <remarks>
/// Bᵀ·B are depthwise convolutions, the products 1×1 convolutions: ONNX Runtime keeps all of them in its blocked layout. Aᵀ·A of all
/// tiles is one matrix product. G·Gᵀ of the weights is left to the graph, in float64: it is computed when the model is loaded, and the
/// file holds the weights as they were.
/// </remarks>
internal sealed class WinogradProducts(OnnxGraph graph)
{
    /// <summary>Side of a result's tile.</summary>
    public const int TileSide = 4;

    private const int PatchSide = 6;
    private const int KernelSide = 3;
    private const int Products = PatchSide * PatchSide;

    private static readonly double[,] InputTransform =   // Bᵀ
    {
        { 4, 0, -5, 0, 1, 0 },
        { 0, -4, -4, 1, 1, 0 },
        { 0, 4, -4, -1, 1, 0 },
        { 0, -2, -1, 2, 1, 0 },
        { 0, 2, -1, -2, 1, 0 },
        { 0, 4, 0, -5, 0, 1 },
    };

    private static readonly double[,] WeightTransform =   // G
    {
        { 1 / 4.0, 0, 0 },
        { -1 / 6.0, -1 / 6.0, -1 / 6.0 },
        { -1 / 6.0, 1 / 6.0, -1 / 6.0 },
        { 1 / 24.0, 1 / 12.0, 1 / 6.0 },
        { 1 / 24.0, -1 / 12.0, 1 / 6.0 },
        { 0, 0, 1 },
    };

    private static readonly double[,] OutputTransform =   // Aᵀ
    {
        { 1, 1, 1, 1, 1, 0 },
        { 0, 1, -1, 2, -2, 0 },
        { 0, 1, 1, 4, 4, 0 },
        { 0, 1, -1, 8, -8, 1 },
    };

    /// <summary>Product (1, 1) reaches every place of its tile with factor 1: column 1 of Aᵀ. The bias goes there.</summary>
    private const int BiasProduct = PatchSide + 1;

    private readonly Dictionary<long, (OnnxValue[] Rows, OnnxValue[] Columns)> kernels = [];
    private readonly Dictionary<string, OnnxValue[]> weights = [];
    private OnnxValue? outputMatrix;

    /// <summary>Adds nodes to the graph; the last one gives [N, D, H, W].</summary>
    public void Emit(WinogradInput input)
    {
        var map = new OnnxValue(input.Convolution.Input[0], OnnxType.Float);
        var channels = input.Weight.Dims[0];
        var products = EmitProducts(input, map);
        var tiles = graph.Op("Shape", [products[0]], ("start", 2L), ("end", 4L));                          // h = ⌈H/4⌉, w = ⌈W/4⌉
        var oneRow = graph.Vector(0, 1, -1);
        var rows = graph.Concat(1, [.. products.Select(product => graph.Reshape(product, oneRow))]);       // [N, 36, D·h·w]
        var placed = graph.Op("MatMul", [EmitOutputMatrix(), rows]);                                       // [N, 16, D·h·w]
        var shape = graph.Concat(0, graph.Vector(0, TileSide * TileSide * channels), tiles);
        var places = graph.Reshape(placed, shape);                                                         // [N, 16·D, h, w]
        var result = graph.Op("DepthToSpace", [places], ("blocksize", (long)TileSide), ("mode", "DCR"));   // [N, D, 4h, 4w]
        if (!input.FillsTiles)
        {
            var sides = graph.Op("Shape", [map], ("start", 2L), ("end", 4L));
            graph.Op("Slice", [result, graph.Vector(0, 0), sides, graph.Vector(2, 3)]);
        }
    }

    /// <summary>36 maps [N, D, h, w], one for each place of a patch.</summary>
    private OnnxValue[] EmitProducts(WinogradInput input, OnnxValue map)
    {
        var weight = EmitWeights(input.Weight);
        var (rowKernels, columnKernels) = EmitKernels(input.Weight.Dims[1]);
        var products = new OnnxValue[Products];
        for (var row = 0; row < PatchSide; row++)
        {
            var rows = EmitDepthwise(map, rowKernels[row], input.Weight.Dims[1], [PatchSide, 1]);          // [N, C, h, W]
            for (var column = 0; column < PatchSide; column++)
            {
                var index = row * PatchSide + column;
                var patch = EmitDepthwise(rows, columnKernels[column], input.Weight.Dims[1], [1, PatchSide]);   // [N, C, h, w]
                OnnxValue[] bias = index == BiasProduct
                    ? [.. input.Convolution.Input.Skip(2).Select(name => new OnnxValue(name, OnnxType.Float))]
                    : [];
                products[index] = graph.Op("Conv", [patch, weight[index], .. bias], ("kernel_shape", new long[] { 1, 1 }));
            }
        }

        return products;
    }

    /// <summary>
    /// Every fourth place along the kernel's axis, beginning one before the map. Padded by four at the end there is a tile for each
    /// begun four places, whatever the side.
    /// </summary>
    private OnnxValue EmitDepthwise(OnnxValue map, OnnxValue kernel, long channels, long[] shape)
    {
        long AlongKernel(int axis, long along, long across) => shape[axis] == PatchSide ? along : across;
        return graph.Op(
            "Conv",
            [map, kernel],
            ("kernel_shape", shape),
            ("strides", new[] { AlongKernel(0, TileSide, 1), AlongKernel(1, TileSide, 1) }),
            ("pads", new[] { AlongKernel(0, 1, 0), AlongKernel(1, 1, 0), AlongKernel(0, TileSide, 0), AlongKernel(1, TileSide, 0) }),
            ("group", channels));
    }

    /// <summary>Each row of Bᵀ for every channel: six kernels [C, 1, 6, 1] and six [C, 1, 1, 6].</summary>
    private (OnnxValue[] Rows, OnnxValue[] Columns) EmitKernels(long channels)
    {
        if (!kernels.TryGetValue(channels, out var pair))
        {
            float[] Repeated(int row) =>
                [.. Enumerable.Range(0, (int)channels * PatchSide).Select(i => (float)InputTransform[row, i % PatchSide])];
            OnnxValue[] All(params long[] shape) =>
                [.. Enumerable.Range(0, PatchSide).Select(row => graph.Constant(Repeated(row), [channels, 1, .. shape]))];
            pair = (All(PatchSide, 1), All(1, PatchSide));
            kernels[channels] = pair;
        }

        return pair;
    }

    /// <summary>G g Gᵀ: 36 weights [D, C, 1, 1]. Maps that share a weight share these.</summary>
    private OnnxValue[] EmitWeights(TensorProto weight)
    {
        if (!weights.TryGetValue(weight.Name, out var parts))
        {
            var given = new OnnxValue(weight.Name, OnnxType.Float);
            var places = graph.Reshape(graph.Cast(given, OnnxType.Double), -1, KernelSide * KernelSide);     // [D·C, 9]
            var factors = graph.Constant(OnnxType.Double, Bytes(Squared(WeightTransform)), [Products, KernelSide * KernelSide]);
            var transformed = graph.Op("MatMul", [factors, graph.Transpose(places, 1, 0)]);                // [36, D·C]
            var all = graph.Reshape(graph.Cast(transformed, OnnxType.Float), -1, weight.Dims[1], 1, 1);    // [36·D, C, 1, 1]
            parts = graph.Ops("Split", Products, [all], ("axis", 0L), ("num_outputs", (long)Products));
            weights[weight.Name] = parts;
        }

        return parts;
    }

    /// <summary>Aᵀ·A over whole tiles, [16, 36].</summary>
    private OnnxValue EmitOutputMatrix()
    {
        outputMatrix ??= graph.Constant([.. Squared(OutputTransform).Select(value => (float)value)], TileSide * TileSide, Products);
        return outputMatrix.Value;
    }

    /// <summary>The matrix T x Tᵀ applies to x written in one row: [rows², columns²], row-major.</summary>
    private static double[] Squared(double[,] transform)
    {
        var rows = transform.GetLength(0);
        var columns = transform.GetLength(1);
        return
        [
            .. from i in Enumerable.Range(0, rows * rows)
               from j in Enumerable.Range(0, columns * columns)
               select transform[i / rows, j / columns] * transform[i % rows, j % columns],
        ];
    }

    private static byte[] Bytes(double[] values) => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
}
