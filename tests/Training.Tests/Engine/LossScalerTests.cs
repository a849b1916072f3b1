using Pipeline.Training.Engine;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Engine;

public sealed class LossScalerTests
{
    [Fact]
    public void Gradients_come_back_to_their_size_and_good_steps_double_the_factor()
    {
        using var scope = NewDisposeScope();
        using var weight = new Parameter(tensor(new float[] { 1, 2 }));
        var scaler = new LossScaler(scale: 1024, growthInterval: 2);
        foreach (var expected in new[] { 1024.0, 2048, 2048, 4096 })
        {
            weight.grad = tensor(new float[] { 3, -4 }) * scaler.Scale;
            Assert.True(scaler.Unscale([weight]));
            Assert.Equal([3f, -4f], weight.grad!.data<float>().ToArray());
            Assert.Equal(expected, scaler.Scale);
        }
    }

    [Theory]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NaN)]
    public void An_overflow_forbids_the_step_halves_the_factor_and_counts_anew(float bad)
    {
        using var scope = NewDisposeScope();
        using var good = new Parameter(ones(2));
        using var overflown = new Parameter(ones(2));
        var scaler = new LossScaler(scale: 1024, goodSteps: 1, growthInterval: 2);
        good.grad = ones(2);
        overflown.grad = tensor(new float[] { 1, bad });

        Assert.False(scaler.Unscale([good, overflown]));
        Assert.Equal((512, 0), (scaler.Scale, scaler.GoodSteps));

        good.grad = ones(2);
        overflown.grad = ones(2);
        Assert.True(scaler.Unscale([good, overflown]));
        Assert.Equal((512, 1), (scaler.Scale, scaler.GoodSteps));
    }
}
