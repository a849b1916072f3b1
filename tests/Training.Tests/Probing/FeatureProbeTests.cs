using Pipeline.Shared;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Probing;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Probing;

public sealed class FeatureProbeTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("probe").FullName;

    [Fact]
    public void Both_classifiers_tell_clusters_apart_and_guess_on_noise()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var centres = randn(4, 16);
        var labels = arange(200).remainder(4);
        var answers = arange(80).remainder(4);
        var known = centres.index_select(0, labels) + 0.1 * randn(200, 16);
        var asked = centres.index_select(0, answers) + 0.1 * randn(80, 16);

        Assert.True(NearestNeighbors.Classify(known, labels, asked, 4).eq(answers).all().item<bool>());
        Assert.True(LinearProbe.Classify(known, labels, asked, 4).eq(answers).all().item<bool>());

        var noise = randn(200, 16);
        var questions = randn(80, 16);
        Assert.InRange(NearestNeighbors.Classify(noise, labels, questions, 4).eq(answers).to(float64).mean().item<double>(), 0.05, 0.5);
        Assert.InRange(LinearProbe.Classify(noise, labels, questions, 4).eq(answers).to(float64).mean().item<double>(), 0.05, 0.5);
    }

    [Fact]
    public void A_neighbour_that_is_alone_but_near_outvotes_many_that_are_far()
    {
        using var scope = NewDisposeScope();
        var known = tensor(new float[] { 1, 0, -1, 0.1f, -1, 0.2f, -1, 0.3f }, [4, 2]);
        Assert.Equal(
            0,
            NearestNeighbors.Classify(known, tensor(new long[] { 0, 1, 1, 1 }), tensor(new float[] { 1, 0.1f }, [1, 2]), 2).item<long>());
    }

    [Fact]
    public void Weights_that_are_the_random_ones_score_as_these_and_twice_the_same()
    {
        using var scope = NewDisposeScope();
        StreetSceneWriter.WriteKitti(
            Path.Combine(folder, "scenes"), new StreetSceneOptions(), 0, 30, cancellation: TestContext.Current.CancellationToken);
        var shape = new ResNetOptions { Architecture = "resnet18", WidthMultiplier = 0.125, BatchNorm = BatchNormMode.Train };
        manual_seed(4);
        using var backbone = new ResNet(shape);
        BackboneCheckpoint.Save(Path.Combine(folder, "b.safetensors"), backbone, shape);
        var options = new ProbeOptions
        {
            Data = Path.Combine(folder, "scenes"),
            Weights = Path.Combine(folder, "b.safetensors"),
            Labels = StreetSceneOptions.Classes,
            Seed = 4,
        };

        var first = FeatureProbe.Run(options, TestContext.Current.CancellationToken);
        var second = FeatureProbe.Run(options with { Workers = 3 }, TestContext.Current.CancellationToken);

        Assert.Equal(first.Random, first.Weights);
        Assert.Equal(first, second);
        Assert.True(first.KnownCrops > first.AskedCrops && first.AskedCrops > 0);
        Assert.InRange(first.Weights.NearestNeighbors, 0.2, 1);
        Assert.Contains(
            "no object of Tram",
            Assert.Throws<UserErrorException>(
                () => FeatureProbe.Run(options with { Labels = ["Tram"] }, TestContext.Current.CancellationToken)).Message);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
