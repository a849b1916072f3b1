using System.Text.Json;

namespace Pipeline.Benchmarks.Models;

/// <summary>One execution of a node, as ONNX Runtime's profiler writes it.</summary>
/// <param name="Run">In which run of the session, from 0.</param>
/// <param name="Operator">What was executed; an optimized graph has operators that the file has not.</param>
/// <param name="Milliseconds">Time in the kernel.</param>
/// <param name="Inputs">Shapes of its inputs.</param>
/// <param name="Output">Shape of its first output.</param>
internal sealed record ProfiledNode(int Run, string Operator, double Milliseconds, IReadOnlyList<long[]> Inputs, long[] Output)
{
    private const string NodeEnd = "_kernel_time", Session = "Session", SessionRun = "model_run";

    /// <summary>Two floating-point operations for each product of a convolution, Gemm or MatMul; 0 for others.</summary>
    public double Flops => Operator switch
    {
        "Conv" => 2.0 * Product(Output) * Product(Inputs[1].AsSpan(1)),   // weights are [D, C/groups, K, K]
        "Gemm" or "MatMul" => 2.0 * Product(Output) * Inputs[0][^1],
        _ => 0,
    };

    /// <param name="path">The profiler's file.</param>
    /// <returns>Nodes in the order of their execution, and the milliseconds of each run.</returns>
    public static (IReadOnlyList<ProfiledNode> Nodes, IReadOnlyList<double> Runs) Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        JsonElement[] events = [.. document.RootElement.EnumerateArray()];
        JsonElement[] runs = [.. events.Where(IsRun).OrderBy(Start)];
        var ends = runs.Select(run => Start(run) + run.GetProperty("dur").GetInt64()).ToList();
        var nodes = events.Where(entry => Name(entry).EndsWith(NodeEnd, StringComparison.Ordinal)).OrderBy(Start).Select(entry =>
        {
            var run = ends.FindIndex(end => Start(entry) <= end);
            return Node(entry, run);
        });
        return ([.. nodes], [.. runs.Select(Duration)]);
    }

    private static bool IsRun(JsonElement entry) => entry.GetProperty("cat").GetString() == Session && Name(entry) == SessionRun;

    private static ProfiledNode Node(JsonElement entry, int run)
    {
        var arguments = entry.GetProperty("args");
        return new ProfiledNode(
            run,
            arguments.GetProperty("op_name").GetString()!,
            Duration(entry),
            Shapes(arguments.GetProperty("input_type_shape")),
            Shapes(arguments.GetProperty("output_type_shape")).FirstOrDefault([]));
    }

    /// <summary>The profiler writes a list of objects that each have one property, the type, whose value is the shape.</summary>
    private static List<long[]> Shapes(JsonElement list) =>
        [.. list.EnumerateArray().Select(value => value.EnumerateObject().First().Value.Deserialize<long[]>()!)];

    private static string Name(JsonElement entry) => entry.GetProperty("name").GetString()!;

    private static long Start(JsonElement entry) => entry.GetProperty("ts").GetInt64();

    private static double Duration(JsonElement entry) => entry.GetProperty("dur").GetInt64() / 1000.0;

    private static long Product(ReadOnlySpan<long> sizes)
    {
        var product = 1L;
        foreach (var size in sizes)
        {
            product *= size;
        }

        return product;
    }
}
