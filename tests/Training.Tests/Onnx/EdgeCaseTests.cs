using Pipeline.Golden;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Training.Tests.Onnx;

/// <summary>What a served model must bear, in every precision that is exported, through ONNX Runtime.</summary>
/// <param name="models">Exported once for all classes that run them.</param>
[Collection(EdgeCaseModels.Collection)]
public sealed class EdgeCaseTests(EdgeCaseModels models)
{
    public static TheoryData<string> Variants => [.. EdgeCaseModels.Variants];

    public static TheoryData<string, string> Cases => EdgeCaseModels.Cases;

    public static MatrixTheoryData<string, (int Height, int Width)> VariantsAndSizes => new(
        EdgeCaseModels.Variants,
        [(1, 1), (1, 300), (300, 1), (2, 3), (31, 17), (64, 64), (97, 61), (375, 1242), (1242, 375), (4096, 3000)]);

    [Theory, MemberData(nameof(Variants))]
    public void Where_nothing_is_found_every_row_is_empty(string variant)
    {
        var answer = Run(EdgeCaseNetworks.Nothing, variant, [models.Picture("a", 48, 64), models.Picture("b", 48, 64)], 48, 64);

        Assert.Equal([0, 0], answer.Counts);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Every_image_of_a_batch_of_1_to_16_is_answered_as_alone(string variant, string network)
    {
        const int Most = 16, Height = 48, Width = 64;
        byte[][] images = [.. Enumerable.Range(0, Most).Select(index => models.Picture($"image{index}", Height, Width))];
        DetectionRows[] alone = [.. images.Select(image => Run(network, variant, [image], Height, Width).Of(0))];
        Assert.All(alone, found => Assert.True(found.Count > 0, "the comparison must not be of nothing with nothing"));

        for (var count = 2; count <= Most; count++)
        {
            var batch = Run(network, variant, images[..count], Height, Width);
            for (var image = 0; image < count; image++)
            {
                Same($"image {image} of {count}", batch.Of(image), alone[image]);
            }
        }
    }

    [Theory, MemberData(nameof(VariantsAndSizes))]
    public void Images_of_every_size_and_shape_are_answered(string variant, (int Height, int Width) size)
    {
        var (height, width) = size;

        EqualsTorch(EdgeCaseNetworks.Usual, variant, "a", height, width);
        if (variant == ModelPrecision.Fp32)
        {
            EqualsTorch(EdgeCaseNetworks.Paper, variant, "a", height, width);   // another resize, which no precision changes
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Images_of_one_color_are_answered(string variant, string network)
    {
        var black = EqualsTorch(network, variant, EdgeCasePictures.Black, 50, 70);
        var white = EqualsTorch(network, variant, EdgeCasePictures.White, 50, 70);

        byte[][] images = [.. new[] { EdgeCasePictures.White, EdgeCasePictures.Black }.Select(name => models.Picture(name, 50, 70))];
        var batch = Run(network, variant, images, 50, 70);

        Same("white", batch.Of(0), white);
        Same("black", batch.Of(1), black);
    }

    [Theory, MemberData(nameof(Variants))]
    public void Of_more_candidates_than_rows_the_best_are_given(string variant)
    {
        const int Rows = 3;
        byte[][] images = [models.Picture("a", 48, 64), models.Picture("b", 48, 64), models.Picture("c", 48, 64)];

        var all = Run(EdgeCaseNetworks.Usual, variant, images, 48, 64);
        var few = Run(EdgeCaseNetworks.FewRows, variant, images, 48, 64);

        Assert.Equal(Rows, few.MostDetections);
        for (var image = 0; image < images.Length; image++)
        {
            var found = all.Of(image);
            Assert.True(found.Count > Rows, $"{found.Count} detections are not too many");
            var best = new DetectionRows(found.Boxes[..(4 * Rows)], found.Scores[..Rows], found.Labels[..Rows]);
            Same($"image {image}", few.Of(image), best);
        }
    }

    [Theory, MemberData(nameof(Variants))]
    public void A_thousand_proposals_of_one_score_are_all_answered(string variant)
    {
        const int Anchors = 1023;
        var image = models.Picture("a", 64, 64);

        var answer = Run(EdgeCaseNetworks.Tied, variant, [image, image], 64, 64);

        Assert.Equal([Anchors, Anchors], answer.Counts);
        Assert.Single(answer.Of(0).Scores.Distinct());
        EqualsTorch(EdgeCaseNetworks.Tied, variant, "a", 64, 64);
    }

    [Theory, MemberData(nameof(Variants))]
    public void Which_of_tied_candidates_are_cut_off_depends_on_nothing_else_in_the_batch(string variant)
    {
        byte[][] images = [models.Picture("a", 64, 64), models.Picture("b", 64, 64), models.Picture("c", 64, 64)];
        var alone = Run(EdgeCaseNetworks.TiedAndCut, variant, [images[1]], 64, 64);

        var batch = Run(EdgeCaseNetworks.TiedAndCut, variant, images, 64, 64);

        Assert.Equal([1000, 1000, 1000], batch.Counts);
        Same("the second of three", batch.Of(1), alone.Of(0));
    }

    [Theory, MemberData(nameof(Variants))]
    public void Proposals_that_are_points_or_beyond_the_image_or_all_of_it_are_answered(string variant)
    {
        var first = EqualsTorch(EdgeCaseNetworks.Degenerate, variant, "a", 48, 64);
        var second = EqualsTorch(EdgeCaseNetworks.Degenerate, variant, "b", 48, 64);

        var batch = Run(EdgeCaseNetworks.Degenerate, variant, [models.Picture("a", 48, 64), models.Picture("b", 48, 64)], 48, 64);

        Assert.True(first.Count > 0, "the comparison must not be of nothing with nothing");
        Same("the first of two", batch.Of(0), first);
        Same("the second of two", batch.Of(1), second);
    }

    [Theory, MemberData(nameof(Variants))]
    public void Without_a_proposal_that_has_area_nothing_is_found(string variant)
    {
        var answer = Run(EdgeCaseNetworks.NoProposal, variant, [models.Picture("a", 48, 64), models.Picture("b", 48, 64)], 48, 64);

        Assert.Equal([0, 0], answer.Counts);
    }

    private static void Same(string name, DetectionRows actual, DetectionRows expected) =>
        DetectionMatch.Equal(name, actual, expected, boxes: new Tolerance(0.01), scores: new Tolerance(1e-5));

    private ModelAnswer Run(string network, string variant, IReadOnlyList<byte[]> images, int height, int width)
    {
        var answer = models.Session(network, variant).Run(images, height, width);
        var options = models.Detector(network).Options;
        answer.FollowsContract(height, width, options.BoxScoreThresh, options.NumClasses - 1);
        return answer;
    }

    /// <summary>The answer follows the contract, and is the torch detector's where the precision does not move it.</summary>
    private DetectionRows EqualsTorch(string network, string variant, string picture, int height, int width)
    {
        var found = Run(network, variant, [models.Picture(picture, height, width)], height, width).Of(0);
        if (variant.StartsWith(ModelPrecision.Fp32, StringComparison.Ordinal))
        {
            var expected = models.Torch(network, picture, height, width);
            var shrunk = Math.Max(1.0, Math.Max(height, width) / (double)models.Detector(network).Options.MaxSizePixels);
            var bound = new Tolerance(0.05 * shrunk);   // in the pixels that the network sees
            DetectionMatch.Equal($"{picture}, {height} x {width}", found, expected, bound, scores: new Tolerance(1e-4));
        }

        return found;
    }
}
