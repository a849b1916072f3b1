using Pipeline.Training.Onnx.Quantization;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Onnx.Quantization;

public sealed class ActivationHistogramTests
{
    [Fact]
    public void A_percentile_cuts_the_same_share_off_both_ends()
    {
        using var scope = NewDisposeScope();
        var histogram = new ActivationHistogram();
        histogram.Add(arange(-1000, 3000, dtype: float32));

        var range = histogram.Percentile(90);

        Within(-600, 2600, range, tolerance: 10);
    }

    [Fact]
    public void One_hundred_percent_holds_every_value_exactly()
    {
        using var scope = NewDisposeScope();
        var histogram = new ActivationHistogram();
        histogram.Add(tensor([-0.5f, 0, 0.7f]));
        histogram.Add(tensor([3.1f, 0.2f]));

        Assert.Equal(ActivationRange.Between(-0.5f, 3.1f), histogram.Percentile(100));
    }

    [Fact]
    public void A_few_values_far_outside_do_not_widen_the_range_and_their_order_does_not_matter()
    {
        using var scope = NewDisposeScope();
        var many = linspace(0, 1, 100_000, dtype: float32);
        var far = tensor([1e6f]);
        var before = new ActivationHistogram();
        before.Add(far);
        before.Add(many);
        var after = new ActivationHistogram();
        after.Add(many);
        after.Add(far);

        Within(0, 1, after.Percentile(99.9), tolerance: 200);
        Assert.Equal(before.Percentile(99.9), after.Percentile(99.9));
        Within(0, 1e6, after.Percentile(100), tolerance: 1);
    }

    [Fact]
    public void Values_on_one_side_of_zero_leave_the_other_side_no_steps()
    {
        using var scope = NewDisposeScope();
        var positive = new ActivationHistogram();
        positive.Add(linspace(2, 5, 1000, dtype: float32));
        var negative = new ActivationHistogram();
        negative.Add(linspace(-5, -2, 1000, dtype: float32));

        Assert.Equal(0, positive.Percentile(100).ZeroPoint);
        Assert.Equal(255, negative.Percentile(100).ZeroPoint);
        Assert.Equal(5f / 255, positive.Percentile(99.999).Scale, 1e-4f);
        Assert.Equal(5f / 255, negative.Percentile(99.999).Scale, 1e-4f);
    }

    [Theory]
    [InlineData(99.9)]
    [InlineData(100)]
    public void Nothing_and_zeros_alone_give_a_range_that_can_be_used(double percent)
    {
        using var scope = NewDisposeScope();
        var histogram = new ActivationHistogram();
        Assert.Equal(new ActivationRange(1f / 255, 0), histogram.Percentile(percent));

        Assert.True(histogram.Add(zeros(5)));
        Assert.True(histogram.Add(zeros(0)));

        Assert.Equal(new ActivationRange(1f / 255, 0), histogram.Percentile(percent));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Values_that_are_not_finite_are_refused(float value)
    {
        using var scope = NewDisposeScope();
        var histogram = new ActivationHistogram();

        Assert.False(histogram.Add(tensor([1, value, 2])));
        Assert.Equal(new ActivationRange(1f / 255, 0), histogram.Percentile(100));
    }

    [Fact]
    public void A_range_rounds_its_values_to_the_nearest_step_and_keeps_zero()
    {
        using var scope = NewDisposeScope();
        var range = ActivationRange.Between(-1, 1.55);

        Assert.Equal(100, range.ZeroPoint);
        var rounded = range.Rounded(tensor([-2f, -1, -0.004f, 0, 0.016f, 1.55f, 9])).data<float>().ToArray();

        float[] expected = [-1, -1, 0, 0, 0.02f, 1.55f, 1.55f];
        Assert.All(expected.Zip(rounded), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    private static void Within(double least, double most, ActivationRange range, double tolerance)
    {
        Assert.Equal(least, -range.ZeroPoint * (double)range.Scale, tolerance);
        Assert.Equal(most, (255 - range.ZeroPoint) * (double)range.Scale, tolerance);
    }
}
