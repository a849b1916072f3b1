using Pipeline.Shared.Geometry;
using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Publishing;

namespace Pipeline.Training.Tests.Publishing;

using Detection = Pipeline.Shared.Geometry.Detection;

public sealed class DetectionComparisonTests
{
    private const int MaxDetections = 3;

    [Theory]
    [InlineData(ModelPrecision.Fp32, 0, 0, 0)]
    [InlineData(ModelPrecision.Fp32, 0.04, 9e-5, 0)]
    [InlineData(ModelPrecision.Fp32, 0.06, 0, 2)]
    [InlineData(ModelPrecision.Fp32, 0, 2e-4, 2)]
    [InlineData(ModelPrecision.Fp16, 5, 0.04, 0)]
    [InlineData(ModelPrecision.Fp16, 0, 0.06, 2)]
    [InlineData(ModelPrecision.Fp16, 50, 0, 2)]
    [InlineData(ModelPrecision.Int8, 10, 0.2, 0)]
    [InlineData(ModelPrecision.Int8, 0, 0.3, 2)]
    public void A_precision_has_its_own_tolerance(string precision, double pixels, double score, int differing)
    {
        var moved = Found(0.6f) with { Score = (float)(0.6 + score), Box = new Box((float)(10 + pixels), 10, (float)(70 + pixels), 70) };

        var difference = Compare([Found(0.6f)], [moved], precision);

        Assert.Equal(differing, difference.Differing);
    }

    [Fact]
    public void Differences_are_those_of_the_best_pairs()
    {
        Detection[] reference = [Found(0.9f), Found(0.8f, x: 100)];
        Detection[] actual = [Found(0.7f, x: 101), Found(0.6f, x: 3)];

        var difference = Compare(reference, actual);

        Assert.Equal((2, 2, 2), (difference.DetectorDetections, difference.ModelDetections, difference.Pairs));
        Assert.Equal(3, difference.LargestBoxPixels!.Value, 1e-5);
        Assert.Equal(0.3, difference.LargestScore!.Value, 1e-5);
    }

    [Fact]
    public void Another_class_a_missing_object_and_one_too_many_count_once_for_each_side()
    {
        Assert.Equal(2, Compare([Found(0.9f)], [Found(0.9f) with { Label = 1 }]).Differing);
        Assert.Equal(1, Compare([Found(0.9f)], []).Differing);
        Assert.Equal(1, Compare([Found(0.9f)], [Found(0.9f), Found(0.9f, x: 100)]).Differing);
        Assert.Equal(1, Compare([Found(0.9f)], [Found(0.9f), Found(0.9f)]).Differing);   // one object, found twice
    }

    [Fact]
    public void Scores_near_the_threshold_or_near_the_end_of_a_full_list_may_come_and_go()
    {
        Assert.Equal(0, Compare([Found(0.05005f)], []).Differing);
        Assert.Equal(1, Compare([Found(0.0502f)], []).Differing);
        Detection[] full = [Found(0.9f), Found(0.8f, x: 100), Found(0.70005f, x: 200)];
        Detection[] otherLast = [Found(0.9f), Found(0.8f, x: 100), Found(0.7f, x: 300)];
        Assert.Equal(0, Compare(full, otherLast).Differing);
        Assert.Equal(1, Compare([Found(0.9f), Found(0.8f, x: 100), Found(0.75f, x: 200)], otherLast).Differing);
    }

    [Fact]
    public void Boxes_without_area_are_equal_only_to_themselves()
    {
        var line = Found(0.9f) with { Box = new Box(5, 5, 5, 50) };

        Assert.Equal(0, Compare([line], [line]).Differing);
        Assert.Equal(2, Compare([line], [line with { Box = new Box(6, 5, 6, 50) }]).Differing);
    }

    [Fact]
    public void The_tolerance_of_boxes_grows_with_images_that_the_network_sees_made_smaller()
    {
        var comparison = Comparison(ModelPrecision.Fp32);
        var moved = Found(0.9f) with { Box = new Box(10.15f, 10, 70.15f, 70) };

        Assert.Equal(2, comparison.Compare([Found(0.9f)], [moved], longerSidePixels: 1000).Differing);
        Assert.Equal(0, comparison.Compare([Found(0.9f)], [moved], longerSidePixels: 4000).Differing);
    }

    [Fact]
    public void Nothing_and_nothing_are_equal()
    {
        var difference = Compare([], []);

        Assert.Equal((0, 0, 0), (difference.Pairs, difference.Differing, Comparison(ModelPrecision.Fp32).CountThatCount([], [])));
        Assert.Null(difference.LargestBoxPixels);
    }

    private static Detection Found(float score, float x = 0) => new(0, score, new Box(10 + x, 10, 70 + x, 70));

    private static DetectionComparison Comparison(string precision) =>
        new(ParityTolerances.Of(precision), scoreThreshold: 0.05, MaxDetections);

    private static ParityDifference Compare(Detection[] reference, Detection[] actual, string precision = ModelPrecision.Fp32) =>
        Comparison(precision).Compare(reference, actual, longerSidePixels: 640);
}
