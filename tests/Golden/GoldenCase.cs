using System.Text.Json;

namespace Pipeline.Golden;

/// <summary>One file of reference numbers: <c>&lt;topic&gt;/&lt;case&gt;.json</c> and its <c>.bin</c>.</summary>
internal sealed class GoldenCase
{
    private readonly string folder;
    private readonly JsonElement root;

    private GoldenCase(string folder, JsonElement root) => (this.folder, this.root) = (folder, root);

    public string Topic => root.GetProperty("topic").GetString()!;

    public string Kind => root.GetProperty("kind").GetString()!;

    public JsonElement Params => root.GetProperty("params");

    public JsonElement Inputs => root.GetProperty("inputs");

    public JsonElement Expected => root.GetProperty("expected");

    /// <summary>The single tolerance of the evaluation files.</summary>
    public double AbsoluteTolerance => root.GetProperty("tolerance").GetProperty("absolute").GetDouble();

    public static GoldenCase Load(string topicAndCase)
    {
        var path = Path.Combine(GoldenFolder.Root, topicAndCase + ".json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return new GoldenCase(Path.GetDirectoryName(path)!, document.RootElement.Clone());
    }

    public GoldenValue Input(string name) => Read(Inputs.GetProperty(name));

    public GoldenValue Read(JsonElement value) => GoldenValue.Read(value, folder);

    /// <summary>The tolerance of the innermost key of <paramref name="path"/> that has one, else the default.</summary>
    public Tolerance Tolerance(params string[] path)
    {
        var tolerances = root.GetProperty("tolerance");
        var found = tolerances.GetProperty("default");
        foreach (var name in path)
        {
            found = tolerances.TryGetProperty(name, out var own) ? own : found;
        }

        return new Tolerance(found.GetProperty("atol").GetDouble(), found.GetProperty("rtol").GetDouble());
    }
}

/// <summary>A JSON value of a golden file as flat numbers with their shape.</summary>
internal sealed record GoldenValue(string DType, long[] Shape, double[] Data)
{
    public float[] Floats => [.. Data.Select(value => (float)value)];

    public long[] Longs => [.. Data.Select(value => (long)value)];

    public static double Number(JsonElement element) => element.ValueKind == JsonValueKind.String
        ? element.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            var other => throw new FormatException($"'{other}' is no number."),
        }
        : element.GetDouble();

    public static GoldenValue Read(JsonElement element, string folder)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            return new GoldenValue("float64", [element.GetArrayLength()], [.. element.EnumerateArray().Select(Number)]);
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            return new GoldenValue("float64", [], [Number(element)]);
        }

        var shape = element.GetProperty("shape", []);
        var count = shape.Aggregate(1L, (a, b) => a * b);
        switch (element.GetProperty("kind").GetString())
        {
            case "fill":
                var fill = GoldenFormula.Fill(
                    element.GetProperty("name").GetString()!,
                    count,
                    element.GetProperty("bound").GetDouble(),
                    element.GetProperty("center").GetDouble());
                return new GoldenValue("float32", shape, [.. fill.Select(value => (double)value)]);
            case "image":
                var height = element.GetProperty("height").GetInt32();
                var width = element.GetProperty("width").GetInt32();
                var image = GoldenFormula.Image(element.GetProperty("name").GetString()!, height, width);
                return new GoldenValue("float32", [3, height, width], [.. image.Select(value => (double)value)]);
            case "image_u8":
                var rows = element.GetProperty("height").GetInt32();
                var columns = element.GetProperty("width").GetInt32();
                return new GoldenValue(
                    "uint8",
                    [3, rows, columns],
                    [.. GoldenFormula.ImageBytes(element.GetProperty("name").GetString()!, rows, columns).Select(value => (double)value)]);
            case "tensor":
                var dtype = element.GetProperty("dtype").GetString()!;
                return new GoldenValue(dtype, shape, element.TryGetProperty("data", out var data)
                    ? [.. data.EnumerateArray().Select(Number)]
                    : Binary(
                        Path.Combine(folder, element.GetProperty("file").GetString()!),
                        element.GetProperty("offset").GetInt64(),
                        element.GetProperty("bytes").GetInt32(),
                        dtype));
            case var other:
                throw new NotSupportedException($"A value of kind {other} has no numbers.");
        }
    }

    private static double[] Binary(string file, long offset, int length, string dtype)
    {
        using var stream = File.OpenRead(file);
        stream.Position = offset;
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return dtype switch
        {
            "float32" => [.. Enumerable.Range(0, length / 4).Select(i => (double)BitConverter.ToSingle(bytes, 4 * i))],
            "float64" => [.. Enumerable.Range(0, length / 8).Select(i => BitConverter.ToDouble(bytes, 8 * i))],
            "int64" => [.. Enumerable.Range(0, length / 8).Select(i => (double)BitConverter.ToInt64(bytes, 8 * i))],
            "int32" => [.. Enumerable.Range(0, length / 4).Select(i => (double)BitConverter.ToInt32(bytes, 4 * i))],
            "int16" => [.. Enumerable.Range(0, length / 2).Select(i => (double)BitConverter.ToInt16(bytes, 2 * i))],
            "int8" => [.. bytes.Select(value => (double)(sbyte)value)],
            "uint8" => [.. bytes.Select(value => (double)value)],
            _ => throw new NotSupportedException($"dtype {dtype}"),
        };
    }
}

/// <summary>Short forms for reading parameters.</summary>
internal static class GoldenJson
{
    public static long[] GetProperty(this JsonElement element, string name, long[] otherwise) =>
        element.TryGetProperty(name, out var value) ? [.. value.EnumerateArray().Select(entry => entry.GetInt64())] : otherwise;

    public static int Int(this JsonElement element, string name, int otherwise) =>
        element.TryGetProperty(name, out var value) ? value.GetInt32() : otherwise;

    public static double Double(this JsonElement element, string name, double otherwise) =>
        element.TryGetProperty(name, out var value) ? value.GetDouble() : otherwise;

    public static string Text(this JsonElement element, string name, string otherwise) =>
        element.TryGetProperty(name, out var value) ? value.GetString()! : otherwise;

    public static double[] Doubles(this JsonElement element) => [.. element.EnumerateArray().Select(GoldenValue.Number)];
}
