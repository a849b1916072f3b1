using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Pipeline.Golden;

/// <summary>The rules by which our numbers equal the reference's (golden README, section 1, "Comparing").</summary>
internal static class GoldenComparison
{
    /// <param name="golden">The file, for its tolerances.</param>
    /// <param name="actual">Our values, row-major.</param>
    /// <param name="shape">Our shape.</param>
    /// <param name="path">Names below <c>expected</c>, outermost first.</param>
    public static void Equal(this GoldenCase golden, ReadOnlySpan<float> actual, ReadOnlySpan<long> shape, params string[] path)
    {
        var expected = path.Aggregate(golden.Expected, (element, name) => element.GetProperty(name));
        golden.Equal(actual, shape, expected, path);
    }

    public static void Equal(
        this GoldenCase golden, ReadOnlySpan<float> actual, ReadOnlySpan<long> shape, JsonElement expected, params string[] path)
    {
        var name = string.Join('/', path);
        var (absolute, relative) = golden.Tolerance(path);
        if (expected.ValueKind == JsonValueKind.Object && expected.GetProperty("kind").GetString() == "summary")
        {
            Assert.True(shape.SequenceEqual(expected.GetProperty("shape", [])), $"{name}: shape [{string.Join(',', shape.ToArray())}]");
            EqualSummary(name, actual, expected, absolute, relative);
            return;
        }

        var value = golden.Read(expected);
        if (value.Shape.Length > 0 || shape.Length > 0)
        {
            Assert.True(
                shape.SequenceEqual(value.Shape),
                $"{name}: shape [{string.Join(',', shape.ToArray())}], expected [{string.Join(',', value.Shape)}]");
        }

        var exact = value.DType.StartsWith("int", StringComparison.Ordinal) || value.DType.StartsWith("uint", StringComparison.Ordinal);
        for (var i = 0; i < actual.Length; i++)
        {
            Close($"{name}[{i}]", actual[i], value.Data[i], exact ? 0 : absolute + relative * Math.Abs(value.Data[i]));
        }
    }

    public static void Equal(this GoldenCase golden, double actual, params string[] path)
    {
        var expected = GoldenValue.Number(path.Aggregate(golden.Expected, (element, name) => element.GetProperty(name)));
        var (absolute, relative) = golden.Tolerance(path);
        Close(string.Join('/', path), actual, expected, absolute + relative * Math.Abs(expected));
    }

    public static void Close(string name, double actual, double expected, double bound)
    {
        if (!(Math.Abs(actual - expected) <= bound) && !actual.Equals(expected))
        {
            Assert.Fail($"{name}: {actual:R}, expected {expected:R} ± {bound:G3}");
        }
    }

    private static void EqualSummary(string name, ReadOnlySpan<float> actual, JsonElement expected, double absolute, double relative)
    {
        if (relative <= 1e-9 && expected.TryGetProperty("sha256", out var digest))
        {
            Assert.Equal(digest.GetString(), Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(actual))));
            return;
        }

        double sum = 0, absoluteSum = 0, squares = 0, min = double.PositiveInfinity, max = double.NegativeInfinity;
        foreach (var value in actual)
        {
            sum += value;
            absoluteSum += Math.Abs(value);
            squares += (double)value * value;
            min = Math.Min(min, value);
            max = Math.Max(max, value);
        }

        var count = Math.Max(1, actual.Length);
        var mean = sum / count;
        var l2 = Math.Sqrt(squares);
        var expectedL2 = expected.GetProperty("l2").GetDouble();
        var rms = expectedL2 / Math.Sqrt(count);
        if (rms == 0)
        {
            Assert.True(l2 / Math.Sqrt(count) <= absolute, $"{name}: rms {l2 / Math.Sqrt(count)}, expected 0");
            return;
        }

        double Number(string field) => GoldenValue.Number(expected.GetProperty(field));
        Close(name + ".l2", l2, expectedL2, relative * expectedL2);
        Close(name + ".abs_mean", absoluteSum / count, Number("abs_mean"), relative * Number("abs_mean"));
        Close(name + ".mean", mean, Number("mean"), relative * rms);
        Close(name + ".std", Math.Sqrt(Math.Max(0, squares / count - mean * mean)), Number("std"), relative * rms);
        Element(".min", min, Number("min"));
        Element(".max", max, Number("max"));
        var first = expected.GetProperty("first16").Doubles();
        var last = expected.GetProperty("last16").Doubles();
        for (var i = 0; i < first.Length; i++)
        {
            Element($"[{i}]", actual[i], first[i]);
            Element($"[{actual.Length - last.Length + i}]", actual[actual.Length - last.Length + i], last[i]);
        }

        foreach (var pair in expected.GetProperty("at").EnumerateArray())
        {
            Element($"[{pair[0].GetInt32()}]", actual[pair[0].GetInt32()], GoldenValue.Number(pair[1]));
        }

        void Element(string suffix, double ours, double reference) =>
            Close(name + suffix, ours, reference, 10 * relative * Math.Max(rms, Math.Abs(reference)));
    }
}
