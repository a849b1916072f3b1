using Pipeline.Training.Detection;
using Pipeline.Training.Tests.Engine;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection;

public sealed class FasterRcnnTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Images_without_any_proposal_train_and_detect(bool withObject)
    {
        using var scope = NewDisposeScope();
        using var detector = new FasterRcnn(TinyFinetune.Detector with { RpnMinSidePixels = 1e6 });
        var image = (rand(3, 60, 100) * 255).to(uint8);
        var count = withObject ? 1 : 0;
        var target = new DetectionTarget(tensor(new float[] { 4, 4, 30, 28 }, [1, 4])[..count], ones(count, dtype: int64))
        {
            Ignore = tensor(new float[] { -1e6f, -1e6f, 1e6f, 1e6f }, [1, 4]),
        };

        var loss = detector.Losses([image, image], [target, target]).Sum();
        loss.backward();

        // Everything but the object is ignored: without one nothing learns, with one all but the pyramid levels that do not see it.
        Assert.True(float.IsFinite(loss.item<float>()));
        var norms = detector.named_parameters().ToDictionary(entry => entry.name, entry => GradientNorm(entry.parameter));
        var learning = norms.Where(entry => !entry.Key.Contains("fpn.layer_blocks", StringComparison.Ordinal));
        Assert.All(learning, entry => Assert.Equal(withObject, entry.Value > 0));
        Assert.Equal(withObject, norms.Any(entry => entry.Key.Contains("fpn.layer_blocks", StringComparison.Ordinal) && entry.Value > 0));

        detector.eval();
        Assert.Equal(0, detector.Detect([image])[0].Boxes.shape[0]);
    }

    [Fact]
    public void Class_agnostic_boxes_and_chosen_sides_train_and_detect()
    {
        using var scope = NewDisposeScope();
        using var detector = new FasterRcnn(TinyFinetune.Detector with { ClassAgnosticBoxes = true, BoxScoreThresh = 0 });
        var image = (rand(3, 60, 100) * 255).to(uint8);
        var target = new DetectionTarget(tensor(new float[] { 4, 4, 30, 28 }, [1, 4]), ones(1, dtype: int64));
        Assert.True(float.IsFinite(detector.Losses([image, image], [target, target], [48, 64]).Sum().item<float>()));
        detector.eval();
        Assert.InRange(detector.Detect([image])[0].Boxes.shape[0], 1, 100);
    }

    [Fact]
    public void Memory_is_flat_over_a_thousand_steps()
    {
        manual_seed(1);
        using var scope = NewDisposeScope();
        using var detector = new FasterRcnn(TinyFinetune.Detector with { MinSizePixels = 32, MaxSizePixels = 64 });
        using var optimizer = optim.SGD(detector.parameters(), 1e-4);
        var image = rand(3, 32, 64);
        var target = new DetectionTarget(tensor(new float[] { 4, 4, 30, 28 }).view(1, 4), ones(1, dtype: int64));
        void Steps(int count)
        {
            for (var i = 0; i < count; i++)
            {
                using var step = NewDisposeScope();
                var loss = detector.Losses([image], [target]).Sum();
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
            }
        }

        Steps(20);
        var before = TensorsAlive();
        Steps(1000);

        Assert.Equal(before, TensorsAlive());
    }

    /// <summary>0 where there is no gradient; fails the test where it is not finite.</summary>
    private static double GradientNorm(Tensor parameter)
    {
        var norm = parameter.grad?.to(float64).norm().item<double>() ?? 0;
        Assert.True(double.IsFinite(norm));
        return norm;
    }

    private static long TensorsAlive() => TorchSharp.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
}
