using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Pipeline.Serving.Evaluation;
using Pipeline.Serving.Evaluation.Execution;
using Pipeline.Serving.Evaluation.Records;
using Pipeline.Serving.Inference;
using Pipeline.Shared.Imaging;

namespace Pipeline.Benchmarks;

/// <summary>
/// An evaluation from image files to a run's folder, beside raw sessions of ONNX Runtime that execute the same batches on images that are
/// decoded already, one with ONNX Runtime's own settings and one with the program's: rounds of the three take turns.
/// </summary>
internal static class EvaluationPeer
{
    private static readonly string[] Inputs = ["images"];
    private static readonly string[] Outputs = ["boxes", "scores", "labels", "num_detections"];

    /// <param name="options">What is evaluated.</param>
    /// <param name="rounds">Measured, after one of each kind for warming up.</param>
    public static void Run(EvaluationOptions options, int rounds)
    {
        var input = EvaluationInput.Read(options, Console.Error.WriteLine, CancellationToken.None);
        var threads = options.Execution.EffectiveThreads;
        Console.WriteLine($"{input.Images.Count} images, {input.Batches.Count} batches, {threads} threads");
        using var model = DetectorModel.Load(input.Model, options.Execution);
        using var raw = Raw(input.Model.ModelPath, new SessionOptions { IntraOpNumThreads = threads });
        using var same = Raw(input.Model.ModelPath, new SessionSettings(options.Execution).Create());
        var batches = Decode(input);
        var ratios = new List<double>();
        var ratiosOfSame = new List<double>();
        for (var round = 0; round <= rounds; round++)
        {
            var ofRaw = Seconds(() => Execute(raw, batches));
            var ofEvaluation = Seconds(() => Evaluate(model, input));
            var ofSame = Seconds(() => Execute(same, batches));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round}: raw {input.Images.Count / ofRaw:F2} images/s, raw with our settings {input.Images.Count / ofSame:F2}, "
                + $"evaluation {input.Images.Count / ofEvaluation:F2}, ratios {ofRaw / ofEvaluation:F4} and {ofSame / ofEvaluation:F4}"
                + $"{(round == 0 ? " (warm-up)" : "")}"));
            if (round > 0)
            {
                ratios.Add(ofRaw / ofEvaluation);
                ratiosOfSame.Add(ofSame / ofEvaluation);
            }
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"median ratio to raw {Median(ratios):F4}, to raw with our settings {Median(ratiosOfSame):F4}"));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static double Seconds(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static InferenceSession Raw(string path, SessionOptions options)
    {
        using (options)
        {
            return new InferenceSession(path, options);
        }
    }

    private static (byte[] Pixels, long[] Shape)[] Decode(EvaluationInput input) => [.. input.Batches.Select(batch =>
    {
        var pixels = new List<byte>();
        foreach (var index in batch.Images)
        {
            using var image = ImageDecoder.DecodeFile(input.Images[index].Path);
            pixels.AddRange(image.Pixels);
        }

        return (pixels.ToArray(), new long[] { batch.Images.Count, batch.HeightPixels, batch.WidthPixels, 3 });
    })];

    private static void Execute(InferenceSession session, (byte[] Pixels, long[] Shape)[] batches)
    {
        foreach (var (pixels, shape) in batches)
        {
            using var input = OrtValue.CreateTensorValueFromMemory(pixels, shape);
            using var run = new RunOptions();
            using var outputs = session.Run(run, Inputs, [input], Outputs);
        }
    }

    private static void Evaluate(DetectorModel model, EvaluationInput input)
    {
        var folder = Directory.CreateTempSubdirectory("evaluation-peer").FullName;
        try
        {
            var run = new RunFile(RunFile.CurrentFormatVersion, input.Facts);
            using var kept = KeptRun.Begin(folder, run, input.Images, input.Batches, replace: false);
            new BatchExecution(model, input.Images).Run(input.Batches, kept.Add, CancellationToken.None);
            kept.Complete();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
