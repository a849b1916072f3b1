using Pipeline.Shared.Synthetic;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Engine;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Engine;

/// <summary>Contrastive training in 16 bits.</summary>
public sealed class PretrainPrecisionTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("precision").FullName;

    public PretrainPrecisionTests() =>
        StreetSceneWriter.WriteImages(
            Path.Combine(folder, "images"), new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 }, 0, 20);

    [Theory]
    [InlineData(BatchNormMode.Train)]
    [InlineData(BatchNormMode.Frozen)]
    public void Convolutions_in_bfloat16_give_nearly_the_same_features_and_gradients_on_float32_weights(BatchNormMode norm)
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        using var backbone = new ResNet(Tiny("p").Backbone with { Architecture = "resnet50", BatchNorm = norm });
        using var images = randn(4, 3, 64, 64);
        (Tensor Features, Tensor Gradient) Pass(ScalarType type)
        {
            backbone.ComputeType = type;
            backbone.zero_grad();
            var features = backbone.call(images)[0];   // behind many norms of few values any rounding grows
            features.pow(2).mean().backward();
            return (
                features.detach(),
                backbone.named_parameters().First(entry => entry.name == "layer1.0.conv1.weight").parameter.grad!.clone());
        }

        var (exact, gradient) = Pass(ScalarType.Float32);
        var (mixed, mixedGradient) = Pass(ScalarType.BFloat16);

        Assert.Equal((ScalarType.Float32, ScalarType.Float32), (mixed.dtype, mixedGradient.dtype));
        Assert.InRange(((mixed - exact).norm() / exact.norm()).item<float>(), 1e-6, 0.05);
        Assert.InRange(nn.functional.cosine_similarity(mixedGradient.flatten(), gradient.flatten(), 0).item<float>(), 0.9, 1);
    }

    [Theory]
    [InlineData(ComputePrecision.BFloat16)]
    [InlineData(ComputePrecision.Float16)]
    public void A_run_in_16_bits_learns_and_writes_float32(ComputePrecision precision)
    {
        using var scope = NewDisposeScope();
        var result = ContrastiveTraining.Run(
            Tiny("q") with { Precision = precision }, new RunControl { Cancellation = TestContext.Current.CancellationToken });
        using var content = SafetensorsFile.Read(result.BackbonePath);
        Assert.All(
            content.Tensors.Where(entry => !entry.Key.EndsWith("tracked", StringComparison.Ordinal)),
            entry => Assert.Equal(ScalarType.Float32, entry.Value.dtype));
        Assert.True(double.IsFinite(result.Epochs[^1].Loss));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private PretrainOptions Tiny(string name) =>
        TinyPretrain.Options(Path.Combine(folder, "images"), Path.Combine(folder, name));
}
