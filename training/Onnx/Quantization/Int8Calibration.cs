using Pipeline.Shared;
using Pipeline.Training.Onnx.Evaluation;
using static TorchSharp.torch;

namespace Pipeline.Training.Onnx.Quantization;

/// <summary>Finds out from sample inputs which ranges a graph's activations have, and which of its layers int8 would harm.</summary>
/// <param name="graph">In float32.</param>
/// <param name="operators">Operators of the graph that <see cref="TorchOperators"/> does not have.</param>
/// <param name="settings">How ranges and layers are chosen.</param>
internal sealed class Int8Calibration(OnnxGraph graph, IReadOnlyDictionary<string, GraphOperator> operators, Int8Settings settings)
{
    /// <summary>Samples that the layers are measured with; ranges are taken from all of them.</summary>
    private const int MostMeasured = 16;

    /// <param name="samples">What the ranges are taken from.</param>
    /// <param name="progress">Told the samples that are done, of <see cref="Steps"/>.</param>
    /// <param name="cancellation">Stops it between two samples.</param>
    /// <exception cref="UserErrorException">The graph computes values that are not finite.</exception>
    public Int8Plan Run(IReadOnlyList<CalibrationSample> samples, IProgress<int>? progress, CancellationToken cancellation)
    {
        var layers = QuantizableLayer.Find(graph);
        QuantizableLayer[] candidates = [.. layers.Where(layer => !layer.IsLast)];
        var values = QuantizedValues.Of(graph, candidates.Select(layer => layer.Weight).ToHashSet());
        using var scope = NewDisposeScope();
        using var evaluator = new GraphEvaluator(graph, operators);
        var ranges = Ranges(evaluator, values.Keys, samples, progress, cancellation);
        var shared = values.ToDictionary(value => value.Key, value => ranges[value.Value]);
        var sensitivity = new LayerSensitivity(graph, candidates, shared);
        for (var i = 0; i < Measured(samples.Count); i++)
        {
            Evaluate(evaluator, samples[i], sensitivity.Observe, cancellation);
            progress?.Report(samples.Count + i + 1);
        }

        var harmed = candidates.Where(layer => sensitivity.SignalToNoiseDb(layer) < settings.LeastSignalToNoiseDb).ToHashSet();
        return new Int8Plan(
            [.. candidates.Where(layer => !harmed.Contains(layer))],
            [
                .. layers.Where(layer => layer.IsLast || harmed.Contains(layer))
                    .Select(layer => new UnquantizedLayer(layer, layer.IsLast ? null : sensitivity.SignalToNoiseDb(layer))),
            ],
            ranges);
    }

    /// <summary>How many samples are computed for a number of them: some twice.</summary>
    public static int Steps(int samples) => samples + Measured(samples);

    private static int Measured(int samples) => Math.Min(samples, MostMeasured);

    private static void Evaluate(
        GraphEvaluator evaluator,
        CalibrationSample sample,
        NodeObserver observe,
        CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var scope = NewDisposeScope();
        evaluator.Run(sample.Inputs(), observe);
    }

    private Dictionary<string, ActivationRange> Ranges(
        GraphEvaluator evaluator,
        IEnumerable<string> values,
        IReadOnlyList<CalibrationSample> samples,
        IProgress<int>? progress,
        CancellationToken cancellation)
    {
        var histograms = values.ToDictionary(value => value, _ => new ActivationHistogram());
        for (var i = 0; i < samples.Count; i++)
        {
            var sample = samples[i];
            Evaluate(
                evaluator,
                sample,
                (node, _, results) =>
                {
                    if (histograms.TryGetValue(node.Output[0], out var histogram) && !histogram.Add(results[0]))
                    {
                        throw new UserErrorException(
                            $"{sample.Name}: the model computes values that are not finite in {node.Name}; train it further or again.");
                    }
                },
                cancellation);
            progress?.Report(i + 1);
        }

        return histograms.ToDictionary(entry => entry.Key, entry => entry.Value.Percentile(settings.Percentile));
    }
}

/// <summary>What a graph is given once.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Inputs">Makes the graph's inputs by name, in the caller's dispose scope.</param>
internal sealed record CalibrationSample(string Name, Func<IReadOnlyDictionary<string, Tensor>> Inputs);

/// <summary>How ranges and layers are chosen.</summary>
internal sealed record Int8Settings
{
    /// <summary>
    /// Values of an activation that do not saturate at its lower and at its upper end, in percent. Of 99.9, 99.99, 99.999 and 100, this
    /// leaves most layers of trained detectors farthest from their error; 99.9 costs the demo's detector two points of mAP.
    /// </summary>
    public double Percentile { get; init; } = 99.999;

    /// <summary>
    /// A layer whose results int8 would leave nearer to their error than this stays in float32. Those of trained detectors measured 30 to
    /// 46; where all are near 27, for want of a good percentile, the demo's detector loses two points of mAP.
    /// </summary>
    public double LeastSignalToNoiseDb { get; init; } = 25;
}
