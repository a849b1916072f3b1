using System.Diagnostics;
using Pipeline.Training.Detection;
using static TorchSharp.torch;

namespace Pipeline.Benchmarks;

/// <summary>
/// Where the time of a detector's training step goes: its parts one after the other, as <see cref="FasterRcnn.Losses"/> calls them, and
/// the process's largest memory in each.
/// </summary>
internal static class DetectorParts
{
    public static void Run(int batch, int runs, int threads)
    {
        set_num_threads(threads);
        using var outer = NewDisposeScope();
        using var detector = DetectorPeer.Detector();
        detector.train();
        var images = DetectorPeer.Images(batch);
        var targets = DetectorPeer.Targets(batch);
        using var optimizer = DetectorPeer.Optimizer(detector);
        var transform = new DetectionTransform(detector.Options);
        var parts = new List<(string Name, double Milliseconds, long Bytes)>();
        for (var run = 0; run <= runs; run++)
        {
            using var step = NewDisposeScope();
            detector.zero_grad();
            T Part<T>(string name, Func<T> work)
            {
                PeakMemory.Reset();
                var start = Stopwatch.GetTimestamp();
                var result = work();
                if (run > 0)
                {
                    parts.Add((name, Stopwatch.GetElapsedTime(start).TotalMilliseconds, PeakMemory.Bytes()));
                }

                return result;
            }

            var (pixels, sizes) = Part("resize and normalise", () => transform.Apply(images));
            DetectionTarget Scaled(DetectionTarget target, int image)
            {
                var original = ((int)images[image].shape[1], (int)images[image].shape[2]);
                return target with { Boxes = transform.Resize.MoveBoxes(target.Boxes, original, sizes[image]) };
            }

            DetectionTarget[] scaled = [.. targets.Select(Scaled)];
            var maps = Part("body, forward", () => detector.Backbone.Body.call(pixels));
            Tensor[] mapLeaves = [.. maps.Select(Leaf)];
            var levels = Part("pyramid, forward", () => detector.Backbone.Fpn.call(mapLeaves));
            Tensor[] levelLeaves = [.. levels.Select(Leaf)];
            var output = Part(
                "proposal head and anchors, forward",
                () => detector.Rpn.Predict(levelLeaves, ((int)pixels.shape[2], (int)pixels.shape[3])));
            var proposals = Part("proposals and suppression", () => detector.Rpn.Propose(output, sizes));
            var rpn = Part("proposal losses", () => detector.Rpn.Losses(output, scaled));
            var samples = Part("sampling", () => detector.RoiHeads.Sample([.. proposals.Select(proposal => proposal.Boxes)], scaled));
            var prediction = Part(
                "RoIAlign and box head, forward",
                () => detector.RoiHeads.Predict(levelLeaves, samples.BoxesOfImages(), sizes));
            var heads = Part("box losses", () => RoIHeads.Losses(
                prediction.ClassLogits, prediction.BoxRegression, samples.Labels, samples.RegressionTargets, detector.Options.BoxLossBeta));
            Part("RoIAlign and box head, backward", () => Backward(heads.Classifier + heads.BoxReg));
            Part("proposals, backward", () => Backward(rpn.Objectness + rpn.BoxReg));
            Part("pyramid, backward", () => Backward(levels, levelLeaves));
            Part("body, backward", () => Backward(maps, mapLeaves));
            Part("SGD", () => optimizer.step());
        }

        var sum = parts.Sum(part => part.Milliseconds) / runs;
        foreach (var part in parts.GroupBy(entry => entry.Name))
        {
            var mean = part.Average(entry => entry.Milliseconds);
            Console.WriteLine(FormattableString.Invariant(
                $"{part.Key,-36} {mean,6:F0} ms {mean / sum,6:P0} {part.Max(entry => entry.Bytes) / 1e6,8:F0} MB"));
        }

        Console.WriteLine(FormattableString.Invariant($"{"all",-36} {sum,6:F0} ms"));
    }

    /// <summary>The same values as a new input of the graph, so that the backward pass stops there.</summary>
    private static Tensor Leaf(Tensor value) => value.requires_grad ? value.detach().requires_grad_() : value;

    private static bool Backward(Tensor loss)
    {
        loss.backward();
        return true;
    }

    private static bool Backward(IReadOnlyList<Tensor> values, IReadOnlyList<Tensor> leaves)
    {
        (Tensor Value, Tensor? Gradient)[] pairs = [
            .. values.Zip(leaves, (value, leaf) => (value, leaf.grad)).Where(pair => pair.value.requires_grad && pair.Item2 is not null)];
        autograd.backward([.. pairs.Select(pair => pair.Value)], [.. pairs.Select(pair => pair.Gradient!)]);
        return true;
    }
}
