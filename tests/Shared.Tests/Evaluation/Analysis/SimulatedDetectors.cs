using System.Collections.Immutable;
using CsCheck;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Evaluation.Analysis;

/// <summary>Two detectors on the same images, of which the second finds more and puts its boxes better.</summary>
internal static class SimulatedDetectors
{
    private static readonly LabelMap Labels = new(["Car", "Person"]);

    /// <summary>Problems of few images; some have no object.</summary>
    public static Gen<(EvaluationProblem First, EvaluationProblem Second)> Pair { get; } =
        from seed in Gen.ULong
        from images in Gen.Int[1, 12]
        select Simulate(seed, images);

    /// <summary>All scores differ, since copies of tied detections of one image do not stand side by side in a resampled problem.</summary>
    public static (EvaluationProblem First, EvaluationProblem Second) Simulate(ulong seed, int images)
    {
        var random = new RandomNumbers(seed, "simulated detectors");
        var objects = ImmutableArray.CreateBuilder<TruthObject>();
        var first = ImmutableArray.CreateBuilder<FoundObject>();
        var second = ImmutableArray.CreateBuilder<FoundObject>();
        for (var image = 0; image < images; image++)
        {
            for (var count = random.NextInt(5); count > 0; count--)
            {
                var label = random.Chance(0.7) ? 0 : 1;
                var width = random.Uniform(20, 90);
                var box = ExactBox.FromSides(random.Uniform(0, 500), random.Uniform(0, 300), width, random.Uniform(20, 90));
                var isCrowd = random.Chance(0.1);
                objects.Add(new TruthObject(
                    Image: image,
                    Class: isCrowd && random.Chance(0.5) ? -1 : label,
                    Box: box,
                    AreaPixels: box.Area,
                    Marks: isCrowd ? AnnotationMarks.Crowd : AnnotationMarks.None,
                    Truncation: 0,
                    Occlusion: 0));
                Detect(first, new FoundObject(image, label, box, 0), random, chance: 0.7, noise: 0.2);
                Detect(second, new FoundObject(image, label, box, 0), random, chance: 0.8, noise: 0.15);
            }
        }

        ImmutableArray<string> ids = [.. Enumerable.Range(0, images).Select(image => $"{image}")];
        var problem = new EvaluationProblem(ids, Labels, [.. Labels.Classes], objects.DrainToImmutable(), first.DrainToImmutable());
        return (problem, problem with { Detections = second.DrainToImmutable() });
    }

    /// <summary>A problem of copies of its images, in the order of the images.</summary>
    public static EvaluationProblem Copies(EvaluationProblem problem, int[] drawn)
    {
        int[] ordered = [.. drawn.Order()];
        return problem with
        {
            ImageIds = [.. ordered.Select((image, copy) => $"{copy}")],
            Objects = [.. ordered.Index().SelectMany(
                entry => problem.Objects.Where(truth => truth.Image == entry.Item).Select(truth => truth with { Image = entry.Index }))],
            Detections = [.. ordered.Index().SelectMany(
                entry => problem.Detections.Where(found => found.Image == entry.Item).Select(found => found with { Image = entry.Index }))],
        };
    }

    private static void Detect(
        ImmutableArray<FoundObject>.Builder found, FoundObject what, RandomNumbers random, double chance, double noise)
    {
        if (random.Chance(chance))
        {
            var box = ExactBox.FromSides(
                what.Box.X1 + noise * random.Normal() * what.Box.Width / 2,
                what.Box.Y1 + noise * random.Normal() * what.Box.Height / 2,
                what.Box.Width,
                what.Box.Height);
            found.Add(what with { Box = box, Score = random.Uniform(0.3, 1) });
        }

        if (random.Chance(0.4))
        {
            var box = ExactBox.FromSides(random.Uniform(0, 500), random.Uniform(0, 300), 40, 40);
            found.Add(what with { Class = random.NextInt(2), Box = box, Score = random.Uniform(0, 0.7) });
        }
    }
}
