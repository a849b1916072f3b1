using System.Text.Json;
using Pipeline.Golden;
using Pipeline.Training.Detection;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests;

/// <summary>Reference numbers as tensors, and tensors against them.</summary>
internal static class GoldenTensors
{
    public static Tensor Tensor(this GoldenCase golden, JsonElement element)
    {
        var value = golden.Read(element);
        return value.DType == "int64"
            ? tensor(value.Longs, dtype: int64).reshape(value.Shape)
            : tensor(value.Floats, dtype: float32).reshape(value.Shape);
    }

    public static Tensor InputTensor(this GoldenCase golden, string name) => golden.Tensor(golden.Inputs.GetProperty(name));

    public static void Equal(this GoldenCase golden, Tensor actual, params string[] path)
    {
        var flat = actual.detach().to(float32).contiguous();
        golden.Equal(Numbers(flat), flat.shape, path);
    }

    public static void Equal(this GoldenCase golden, Tensor actual, JsonElement expected, params string[] path)
    {
        var flat = actual.detach().to(float32).contiguous();
        golden.Equal(Numbers(flat), flat.shape, expected, path);
    }

    /// <summary>
    /// Fills every parameter and buffer with its formula value; <paramref name="namePrefix"/> is what the part's names lack to the
    /// detector's.
    /// </summary>
    public static void LoadFormula(
        nn.Module module, string prefix, string namePrefix, IReadOnlyDictionary<string, double[]>? overrides = null)
    {
        using var _ = no_grad();
        foreach (var (name, value) in StateDict.InOrder(module))
        {
            var full = namePrefix + name;
            var numbers = overrides is not null && overrides.TryGetValue(full, out var list)
                ? [.. list.Select(number => (float)number)]
                : GoldenFormula.Weight(prefix, full, value.shape);
            value.copy_(tensor(numbers, dtype: float32).reshape(value.shape));
        }
    }

    public static void EqualGradientNorms(this GoldenCase golden, nn.Module module, string name = "grad_norm")
    {
        var parameters = module.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        foreach (var entry in golden.Expected.GetProperty(name).EnumerateObject())
        {
            golden.Equal((double)parameters[entry.Name].grad!.to(float64).norm().item<double>(), name, entry.Name);
        }
    }

    /// <summary>Compares every expected value whose name begins with <paramref name="prefix"/>; fails when there is none.</summary>
    public static void EqualChosen(this GoldenCase golden, string prefix, Func<string, Tensor> value)
    {
        string[] names = [.. golden.Expected.EnumerateObject().Select(entry => entry.Name)];
        string[] chosen = [.. names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];
        Assert.True(chosen.Length > 0, $"Nothing is compared: no expected value begins with '{prefix}'.");
        foreach (var name in chosen)
        {
            golden.Equal(value(name[prefix.Length..]), name);
        }
    }

    /// <summary>Detections of one image, for <see cref="DetectionMatch"/>.</summary>
    public static DetectionRows Rows(this ImageDetections detections) => new(
        Boxes: Doubles(detections.Boxes),
        Scores: Doubles(detections.Scores),
        Labels: Longs(detections.Labels));

    /// <summary>Detections one to one by label and nearest box: equal scores may swap places.</summary>
    public static void EqualDetections(this GoldenCase golden, ImageDetections actual, string name)
    {
        var expected = golden.Expected.GetProperty(name);
        var reference = new DetectionRows(
            Boxes: golden.Read(expected.GetProperty("boxes")).Data,
            Scores: golden.Read(expected.GetProperty("scores")).Data,
            Labels: golden.Read(expected.GetProperty("labels")).Longs);
        DetectionMatch.Equal(name, actual.Rows(), reference, golden.Tolerance(name, "boxes"), golden.Tolerance(name, "scores"));
    }

    public static (int Height, int Width) Size(JsonElement pair) => (pair[0].GetInt32(), pair[1].GetInt32());

    private static double[] Doubles(Tensor values) => [.. Numbers(values.contiguous()).Select(value => (double)value)];

    private static long[] Longs(Tensor values) => values.numel() == 0 ? [] : values.contiguous().data<long>().ToArray();

    private static float[] Numbers(Tensor contiguous) => contiguous.numel() == 0 ? [] : contiguous.data<float>().ToArray();

    /// <summary>The reference's stand-in for the random sampler: the first candidates by index.</summary>
    public static long[] FirstByIndex(long[] candidates, int count) => candidates[..count];
}
