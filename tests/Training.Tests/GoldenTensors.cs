using System.Text.Json;
using Pipeline.Golden;
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

    public static void EqualChosen(this GoldenCase golden, string front, Func<string, Tensor> value)
    {
        foreach (var entry in golden.Expected.EnumerateObject().Where(entry => entry.Name.StartsWith(front, StringComparison.Ordinal)))
        {
            golden.Equal(value(entry.Name[front.Length..]), entry.Name);
        }
    }

    /// <summary>Detections one to one by label and nearest box: equal scores may swap places.</summary>
    public static void EqualDetections(this GoldenCase golden, Pipeline.Training.Detection.ImageDetections actual, string name)
    {
        var expected = golden.Expected.GetProperty(name);
        var boxes = golden.Read(expected.GetProperty("boxes")).Data;
        var scores = golden.Read(expected.GetProperty("scores")).Data;
        var labels = golden.Read(expected.GetProperty("labels")).Longs;
        var ours = Numbers(actual.Boxes.contiguous());
        var ourScores = Numbers(actual.Scores.contiguous());
        var ourLabels = actual.Labels.contiguous().data<long>().ToArray();
        Assert.Equal(labels.Length, ourLabels.Length);
        var free = Enumerable.Range(0, ourLabels.Length).ToList();
        var boxBound = golden.Tolerance(name, "boxes");
        var scoreBound = golden.Tolerance(name, "scores");
        for (var i = 0; i < labels.Length; i++)
        {
            double Distance(int j) => Enumerable.Range(0, 4).Max(c => Math.Abs(ours[4 * j + c] - boxes[4 * i + c]));
            var match = free.Where(j => ourLabels[j] == labels[i]).MinBy(Distance);
            Assert.True(free.Remove(match), $"{name}[{i}]: no detection of label {labels[i]} is left");
            for (var c = 0; c < 4; c++)
            {
                GoldenComparison.Close(
                    $"{name}.boxes[{i},{c}]",
                    ours[4 * match + c],
                    boxes[4 * i + c],
                    boxBound.Absolute + boxBound.Relative * Math.Abs(boxes[4 * i + c]));
            }

            GoldenComparison.Close(
                $"{name}.scores[{i}]", ourScores[match], scores[i], scoreBound.Absolute + scoreBound.Relative * scores[i]);
        }

        Assert.True(ourScores.Zip(ourScores.Skip(1)).All(pair => pair.First >= pair.Second), "scores fall");
    }

    public static (int Height, int Width) Size(JsonElement pair) => (pair[0].GetInt32(), pair[1].GetInt32());

    private static float[] Numbers(Tensor contiguous) => contiguous.numel() == 0 ? [] : contiguous.data<float>().ToArray();

    /// <summary>The reference's stand-in for the random sampler: the first candidates by index.</summary>
    public static long[] FirstByIndex(long[] candidates, int count) => candidates[..count];
}
