using System.Diagnostics;
using System.Text.Json;
using Pipeline.Golden;
using Pipeline.Serving.Inference;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Backbones;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Export;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Engine;
using Pipeline.Training.Modules;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Benchmarks;

/// <summary>The work of peers/torchvision_detector.py in our program: one JSON line a measurement.</summary>
internal static class DetectorPeer
{
    private const int Height = 375, Width = 1242;

    /// <param name="mode"><c>train</c>, <c>detect</c> or <c>inference</c> of the exported model.</param>
    /// <param name="batch">Images.</param>
    /// <param name="runs">Measured, after a warm-up.</param>
    /// <param name="threads">Of the native library.</param>
    /// <param name="export">Precision and Winograd's products of the exported model.</param>
    public static void Run(string mode, int batch, int runs, int threads, ExportOptions export)
    {
        set_num_threads(threads);
        using var scope = NewDisposeScope();
        using var detector = Detector();
        var images = Images(batch);
        var times = mode switch
        {
            "train" => Train(detector, images, runs),
            "detect" => Detect(detector, images, runs),
            _ => Inference(detector, images, runs, threads, export),
        };
        var measured = times.Skip(1).Order().ToArray();
        var winograd = export.Winograd ?? export.Precision == ModelPrecision.Fp32;
        Console.WriteLine(JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["peer"] = "pipeline " + (mode == "inference" ? "ONNX Runtime 1.31" : "libtorch 2.10"),
            ["mode"] = mode,
            ["model"] = mode == "inference" ? export.Precision + (winograd ? " with Winograd's products" : "") : "",
            ["batch"] = batch,
            ["threads"] = threads,
            ["median_ms"] = measured[measured.Length / 2],
            ["min_ms"] = measured[0],
            ["max_ms"] = measured[^1],
            ["runs"] = runs,
            ["peak_mb"] = PeakMemory.Bytes() / 1_000_000,
        }));
    }

    /// <summary>ResNet-50-FPN with the formula's weights; three stages of the backbone train.</summary>
    public static FasterRcnn Detector()
    {
        var detector = new FasterRcnn(new DetectorOptions { NumClasses = 8, Backbone = new ResNetOptions { TrainableStages = 3 } });
        using var scope = NewDisposeScope();
        using (no_grad())
        {
            foreach (var (name, value) in StateDict.InOrder(detector))
            {
                value.copy_(tensor(GoldenFormula.Weight("", name, value.shape)).reshape(value.shape));
            }
        }

        // the formula's arrays belong to the comparison and not to a training
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return detector;
    }

    public static Tensor[] Images(int batch) => [.. Enumerable.Range(0, batch).Select(Image)];

    public static DetectionTarget[] Targets(int batch)
    {
        var boxes = tensor(new float[] { 100, 120, 300, 260, 400, 150, 520, 230, 700, 100, 1000, 330, 1100, 180, 1200, 260 }).view(4, 4);
        return [.. Enumerable.Range(0, batch).Select(_ => new DetectionTarget(boxes, tensor(new long[] { 1, 1, 2, 5 })))];
    }

    public static SGD Optimizer(FasterRcnn detector)
    {
        (string Name, Parameter Parameter)[] trained = [.. detector.named_parameters().Where(entry => entry.parameter.requires_grad)];
        var optimizer = optim.SGD(trained.Select(entry => entry.Parameter), 1e-4, 0.9, weight_decay: 5e-4);
        _ = new SgdState(optimizer, trained);   // as in a run, velocities are there before the first step
        return optimizer;
    }

    private static List<double> Train(FasterRcnn detector, Tensor[] images, int runs)
    {
        detector.train();
        var targets = Targets(images.Length);
        using var optimizer = Optimizer(detector);
        return Time(runs, () =>
        {
            using var step = NewDisposeScope();
            detector.zero_grad();
            var loss = detector.Losses(images, targets).Sum();
            loss.backward();
            optimizer.step();
        });
    }

    private static List<double> Detect(FasterRcnn detector, Tensor[] images, int runs)
    {
        detector.eval();
        return Time(runs, () =>
        {
            using var scope = NewDisposeScope();
            detector.Detect(images);
        });
    }

    private static List<double> Inference(FasterRcnn detector, Tensor[] images, int runs, int threads, ExportOptions export)
    {
        detector.eval();
        var repository = Directory.CreateTempSubdirectory("peer").FullName;
        try
        {
            using var model = DetectorModel.Load(
                DetectorExporter.Export(detector, export with { RepositoryRoot = repository }),
                threads);
            RgbImage[] pixels = [.. images.Select(image =>
            {
                var rgb = RgbImage.Allocate(Width, Height);
                (image.permute(1, 2, 0) * 255).round().to(uint8).contiguous().data<byte>().ToArray().CopyTo(rgb.Pixels);
                return rgb;
            })];
            return Time(runs, () => model.Detect(pixels));
        }
        finally
        {
            Directory.Delete(repository, recursive: true);
        }
    }

    /// <summary>The work of peers/torchvision_loader.py: frames decoded and mirrored by workers, nothing cached.</summary>
    public static void Load(string data, int threads)
    {
        const int Frames = 160, Runs = 3;
        var dataset = Dataset.Open(data);
        var survey = DatasetSurvey.Of(dataset, dataset.ImageIds, new ImageLimits());
        using var frames = new DetectionData(survey.Images, new LabelMap(KittiClasses.Default), 0);
        string[] chosen = [.. Enumerable.Range(0, Frames).Select(index => dataset.ImageIds[index % dataset.ImageIds.Count])];
        var options = new FinetuneOptions { Data = data, Output = "", BatchSize = 2, Epochs = Runs + 1, Workers = threads };
        var batches = new DetectionBatches(frames, chosen, options, (_, _) => null);
        var step = 0L;
        var times = Time(Runs, () =>
        {
            foreach (var batch in batches.ToEndOfEpoch(step))
            {
                step++;
                batch.Dispose();
            }
        });
        double[] measured = [.. times.Skip(1).Order()];
        Console.WriteLine(JsonSerializer.Serialize(
            new { peer = "pipeline", what = "frame loaded", threads, median_ms = measured[Runs / 2] / Frames, runs = Runs }));
    }

    /// <summary>Milliseconds of each run; the first is the warm-up.</summary>
    public static List<double> Time(int runs, Action action)
    {
        var times = new List<double>();
        for (var i = 0; i <= runs; i++)
        {
            var start = Stopwatch.GetTimestamp();
            action();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return times;
    }

    private static Tensor Image(int index)
    {
        var hash = GoldenFormula.Hash($"image{index}");
        float[] noise = [.. Enumerable.Range(0, 3 * Height * Width).Select(i => (GoldenFormula.Raw(hash, i) >> 56) / 255f)];
        return nn.functional.avg_pool2d(tensor(noise).view(1, 3, Height, Width), 9, 1, 4)[0];
    }
}
