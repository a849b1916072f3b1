using Pipeline.Shared.Configuration;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Engine;
using static TorchSharp.torch;

namespace Pipeline.Benchmarks;

/// <summary>
/// A training step of the preset <c>small</c> on scenes of 1242 × 375 within a <see cref="CollectionPause"/> and without one; they
/// take turns.
/// </summary>
internal static class PausePeer
{
    public static void Run(int batch, int runs, int threads)
    {
        set_num_threads(threads);
        using var scope = NewDisposeScope();
        var small = new LayeredConfiguration<FinetuneOptions>().Preset("finetune", "small")
            .Option("benchmark", "data", "d")
            .Option("benchmark", "output", "o");
        using var detector = new FasterRcnn(small.Build().Detector);
        detector.train();
        using var optimizer = optim.SGD(detector.parameters(), 1e-4, 0.9);
        var sizes = new StreetSceneOptions { WidthPixels = 1242, HeightPixels = 375 };
        var scenes = Enumerable.Range(0, batch).Select(i => StreetScenes.Draw(sizes, i)).ToArray();
        var pixels = scenes.Select(scene => tensor(scene.Image.Pixels.ToArray(), dtype: uint8).view(375, 1242, 3));
        Tensor[] images = [.. pixels.Select(image => image.permute(2, 0, 1).contiguous())];
        var targets = DetectorPeer.Targets(batch);
        bool Step()
        {
            using var step = NewDisposeScope();
            optimizer.zero_grad();
            detector.Losses(images, targets).Sum().backward();
            optimizer.step();
            return true;
        }

        bool Paused()
        {
            using var pause = CollectionPause.Begin();
            return Step();
        }

        Console.WriteLine($"{batch} images a step, {runs} steps of each kind");
        SuppressionPeer.Print("without", "with", SuppressionPeer.Interleaved(runs, Step, Paused));
    }
}
