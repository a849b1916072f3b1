using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using Pipeline.Shared;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Checkpoints;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Engine;
using Pipeline.Training.Tests.Engine;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection;

/// <summary>Another architecture goes through the same loop, checkpoints, measurement and export, which know nothing of it.</summary>
public sealed class ToyDetectorTests : IDisposable
{
    /// <summary>Tells the process that shall be killed which folder to train in.</summary>
    private const string FolderVariable = "PIPELINE_TEST_TOY_FOLDER", RunVariable = "PIPELINE_TEST_TOY_RUN";

    private readonly string folder = Directory.CreateTempSubdirectory("toy").FullName;

    public ToyDetectorTests() =>
        StreetSceneWriter.WriteKitti(Path.Combine(folder, "scenes"), new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 }, 0, 12);

    [Fact]
    public void It_learns_is_measured_and_is_read_back_by_who_knows_it()
    {
        using var scope = NewDisposeScope();
        var options = Options(folder, "run") with { Epochs = 60, EvaluateEveryEpochs = 20 };
        var result = DetectorTraining.Run(options, Control(), new ToyArchitecture());

        Assert.True(result.Epochs[^1].Loss < 0.7 * result.Epochs[0].Loss, $"{result.Epochs[0].Loss} to {result.Epochs[^1].Loss}");
        Assert.Equal(3, result.Epochs.Count(epoch => epoch.Map is not null));
        var step = File.ReadLines(Path.Combine(options.Output, "steps.jsonl")).First();
        Assert.Contains("\"lossHeat\":", step);
        Assert.Contains("\"lossSize\":", step);
        var loaded = DetectorCheckpoint.Load(result.CheckpointPath, [new FasterRcnnArchitecture(), new ToyArchitecture()]);
        using var detector = Assert.IsType<ToyDetector>(loaded.Detector);
        Assert.Equal(StreetSceneOptions.Classes, loaded.Labels);
        var refusal = Assert.Throws<UserErrorException>(() => DetectorCheckpoint.Load(result.CheckpointPath)).Message;
        Assert.Contains("of architecture 'toy_centers'; known are faster_rcnn", refusal);
    }

    [Fact]
    public void Its_graph_finds_what_it_finds()
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        using var detector = new ToyDetector(new ToyOptions { NumClasses = 3 });
        detector.eval();
        detector.Emit().Save(Path.Combine(folder, "toy.onnx"));
        using var session = new InferenceSession(Path.Combine(folder, "toy.onnx"));
        using var image = ImageDecoder.DecodeFile(Path.Combine(folder, "scenes", "training", "image_2", "000000.png"));
        var pixels = image.Pixels.ToArray();
        using var input = OrtValue.CreateTensorValueFromMemory(pixels, [1, image.HeightPixels, image.WidthPixels, 3]);
        using var run = new RunOptions();
        using var outputs = session.Run(run, ["images"], [input], ["boxes", "scores", "labels", "num_detections"]);

        var found = detector.Detect([tensor(pixels, [image.HeightPixels, image.WidthPixels, 3]).permute(2, 0, 1)])[0];
        var count = (int)found.Scores.shape[0];
        Assert.Equal(count, outputs[3].GetTensorDataAsSpan<long>()[0]);
        Assert.InRange(count, 1, 10);
        Assert.Equal(
            found.Boxes.data<float>().ToArray(),
            outputs[0].GetTensorDataAsSpan<float>()[..(4 * count)].ToArray(),
            (a, b) => Math.Abs(a - b) < 0.01);
        Assert.Equal((found.Labels - 1).data<long>().ToArray(), outputs[2].GetTensorDataAsSpan<long>()[..count].ToArray());
    }

    [Fact]
    public async Task Killed_again_and_again_it_goes_on_to_the_very_bits()
    {
        const int Kills = 3;
        var cancellation = TestContext.Current.CancellationToken;
        await Train("whole", cancellation);
        var random = new RandomNumbers(1, "kills");
        var checkpoint = Path.Combine(folder, "killed", RunCheckpoint.FileName);
        for (var kill = 0; kill < Kills; kill++)
        {
            using var process = Start("killed");
            var before = Written(checkpoint);
            while (!process.HasExited && Written(checkpoint) == before)
            {
                await Task.Delay(2, cancellation);
            }

            await Task.Delay(random.NextInt(30), cancellation);
            Assert.False(process.HasExited, "the run has ended before it was killed");
            process.Kill();
            await process.WaitForExitAsync(cancellation);
        }

        await Train("killed", cancellation);
        foreach (var file in new[] { "last.safetensors", RunCheckpoint.FileName })
        {
            Assert.Equal(KilledRun.Weights(Path.Combine(folder, "whole", file)), KilledRun.Weights(Path.Combine(folder, "killed", file)));
        }

        Assert.Equal(
            RunMetrics.Read<FinetuneEpoch>(Path.Combine(folder, "whole")).Select(epoch => (epoch.Epoch, epoch.Loss, epoch.Map)),
            RunMetrics.Read<FinetuneEpoch>(Path.Combine(folder, "killed")).Select(epoch => (epoch.Epoch, epoch.Loss, epoch.Map)));
    }

    /// <summary>What the killed process does; started by the test above.</summary>
    [Fact(Explicit = true)]
    public void Trains_in_a_process_of_its_own()
    {
        var scenes = Environment.GetEnvironmentVariable(FolderVariable)!;
        var options = Options(scenes, Environment.GetEnvironmentVariable(RunVariable)!) with { Epochs = 120, EvaluateEveryEpochs = 40 };
        var isThere = File.Exists(Path.Combine(options.Output, "config.json"));
        DetectorTraining.Run(options, Control() with { Resume = isThere }, new ToyArchitecture());
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static FinetuneOptions Options(string folder, string run) => new()
    {
        Data = Path.Combine(folder, "scenes"),
        Output = Path.Combine(folder, run),
        Labels = StreetSceneOptions.Classes,
        FrozenNormsWithoutWeights = true,
        BatchSize = 4,
        LearningRate = 0.02,
        WarmupIterations = 0,
        Milestones = [],
        Ema = 0.9,
        CheckpointEverySteps = 2,
    };

    private static RunControl Control() => new() { Cancellation = TestContext.Current.CancellationToken };

    private static DateTime Written(string file) => File.Exists(file) ? File.GetLastWriteTimeUtc(file) : default;

    private Process Start(string run)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Pipeline.Training.Tests");
        var method = $"{typeof(ToyDetectorTests).FullName}.{nameof(Trains_in_a_process_of_its_own)}";
        var start = new ProcessStartInfo(program, ["-explicit", "only", "-method", method]) { RedirectStandardOutput = true };
        start.Environment[FolderVariable] = folder;
        start.Environment[RunVariable] = run;
        return Process.Start(start)!;
    }

    private async Task Train(string run, CancellationToken cancellation)
    {
        using var process = Start(run);
        var output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        Assert.True(process.ExitCode == 0, output);
    }
}
