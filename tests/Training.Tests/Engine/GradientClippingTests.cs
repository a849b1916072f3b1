using Pipeline.Training.Engine;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Engine;

public sealed class GradientClippingTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(1000)]
    public void Clipping_cuts_the_norm_of_all_gradients_together(double maxNorm)
    {
        using var scope = NewDisposeScope();
        Parameter[] parameters = [new(zeros(3)), new(zeros(2, 2)), new(zeros(4))];
        parameters[0].grad = tensor(new float[] { 1, 2, 2 });
        parameters[1].grad = tensor(new float[] { 0, 4, 0, 0 }, [2, 2]);

        GradientClipping.Clip(parameters, maxNorm);

        var factor = Math.Min(1, maxNorm / 5);
        Assert.Equal(
            [1 * factor, 2 * factor, 2 * factor],
            parameters[0].grad!.data<float>().ToArray().Select(value => (double)value),
            (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal(4 * factor, parameters[1].grad![0, 1].item<float>(), 1e-5);
    }
}
