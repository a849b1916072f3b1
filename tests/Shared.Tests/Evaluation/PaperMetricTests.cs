using CsCheck;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Paper;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Evaluation;

public sealed class PaperMetricTests
{
    private static readonly LabelMap Labels = new(["Car", "Van"]);
    private static readonly string?[] Names = ["Car", "Van", null];

    /// <summary>Corners with decimals: sixteenths are floats, and half of a tenth and of a thousandth occur.</summary>
    private static Gen<Box> BoxGen { get; } = Gen.Select(Gen.Int[0, 320], Gen.Int[0, 320], Gen.Int[64, 640], Gen.Int[64, 640])
        .Select((x, y, width, height) => new Box(x / 16f, y / 16f, (x + width) / 16f, (y + height) / 16f));

    private static Gen<EvaluatedImage[]> Images { get; } = Gen.Select(
            Gen.Select(BoxGen, Gen.Int[0, 2].Select(index => Names[index])).Array[0, 4],
            Gen.Select(BoxGen, Gen.Int[0, 1], Gen.Int[1, 64]).Array[0, 6])
        .Array[1, 4]
        .Select(images => images.Select((image, index) => new EvaluatedImage(
            $"{index}",
            [.. image.Item1.Select(entry => new TruthLabel(entry.Item2, ExactBox.Of(entry.Item1)))],
            [.. image.Item2.Select(entry => new Detection(entry.Item2, entry.Item3 / 64f, entry.Item1))])).ToArray());

    [Fact]
    public void All_numbers_equal_those_of_the_authors_steps() =>
        Images.Sample(
            images =>
            {
                var problem = EvaluationProblem.Of(Labels, images);
                var report = new PaperMetric().Evaluate(problem);
                var measured = report.Classes.Index().Where(entry => entry.Item.Objects > 0).ToArray();
                double[][] expected =
                [
                    .. measured.Select(entry =>
                        Enumerable.Range(10, 10).Select(i => PaperOracle.Ap(problem, entry.Index, 5 * i)).ToArray()),
                ];
                foreach (var (ours, reference) in measured.Zip(expected))
                {
                    Assert.Equal(reference.Average(), ours.Item.Numbers["AP"]!.Value, 1e-9);
                    Assert.Equal(reference[0], ours.Item.Numbers["AP50"]!.Value, 1e-9);
                    Assert.Equal(reference[5], ours.Item.Numbers["AP75"]!.Value, 1e-9);
                }

                Assert.Equal(measured.Length == 0, report.Numbers["AP"] is null);
                if (measured.Length > 0)
                {
                    Assert.Equal(expected.Average(ofClass => ofClass.Average()), report.Numbers["AP"]!.Value, 1e-9);
                    Assert.Equal(expected.Average(ofClass => ofClass[0]), report.Numbers["AP50"]!.Value, 1e-9);
                    Assert.Equal(expected.Average(ofClass => ofClass[5]), report.Numbers["AP75"]!.Value, 1e-9);
                }
            },
            iter: 500);

    /// <summary>The texts are CPython's <c>f"{value:.3f}"</c> and <c>f"{value:.1f}"</c>.</summary>
    [Theory]
    [InlineData(0.0625, 1000, 0.062)]
    [InlineData(0.1875, 1000, 0.188)]
    [InlineData(0.06250000000000001, 1000, 0.063)]
    [InlineData(0.0005, 1000, 0.001)]   // 0.0005 is a little more than its name
    [InlineData(0.0015, 1000, 0.002)]
    [InlineData(0.9995, 1000, 1.0)]
    [InlineData(1e-300, 1000, 0.0)]
    [InlineData(0.25, 10, 0.2)]
    [InlineData(0.75, 10, 0.8)]
    [InlineData(-0.25, 10, -0.2)]
    [InlineData(712.45, 10, 712.5)]   // 712.4500000000000455
    [InlineData(0.35, 10, 0.3)]   // 0.34999999999999997
    [InlineData(1241.0, 10, 1241.0)]
    [InlineData(1e18, 10, 1e18)]
    public void Numbers_are_rounded_as_Python_writes_them(double value, int scale, double expected) =>
        Assert.Equal(expected, PaperNumbers.Rounded(value, scale));

    [Fact]
    public void Labels_lose_their_decimals_detections_are_rounded_and_both_can_be_left_exact()
    {
        // The label becomes 10 pixels wide; the detection's right edge 4.04 becomes 4.0: 5 of 10 pixels, which is not above half.
        EvaluatedImage[] images =
        [
            new("1", [new TruthLabel("Car", ExactBox.FromCorners(0.9, 0.9, 9.9, 9.9))], [new Detection(0, 0.9f, new Box(0, 0, 4.04f, 9))]),
        ];
        double Ap50(PaperMetric metric) => metric.Evaluate(EvaluationProblem.Of(Labels, images)).Numbers["AP50"]!.Value;

        Assert.Equal(0, Ap50(new PaperMetric()));
        Assert.Equal(100, Ap50(new PaperMetric { Detections = PaperDetections.Exact }));
        Assert.Equal(100, Ap50(new PaperMetric { Overlap = Shared.Evaluation.Voc.OverlapLimit.AtLeast }));
        Assert.Equal(0, Ap50(new PaperMetric { Truth = PaperTruth.Exact }));
    }

    [Fact]
    public void A_class_without_a_detection_has_0_and_one_without_an_object_does_not_count()
    {
        var box = new Box(0, 0, 50, 50);
        var report = new PaperMetric().Evaluate(EvaluationProblem.Of(
            new LabelMap(["Car", "Van", "Tram"]),
            [
                new(
                    "1",
                    [new("Car", ExactBox.Of(box)), new("Van", ExactBox.Of(box))],
                    [new Detection(0, 0.9f, box), new Detection(2, 0.9f, box)]),
            ]));

        Assert.Equal([100, 0, null], report.Classes.Select(entry => entry.Numbers["AP"]));
        Assert.Equal(50, report.Numbers["AP"]);
    }
}
