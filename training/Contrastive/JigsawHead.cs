using Pipeline.Training.Modules;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Contrastive;

/// <summary>
/// One unit vector from the features of nine shuffled patches (Misra and van der Maaten 2020, as InfoMin uses it; PyContrast's
/// <c>JigsawHead</c>).
/// </summary>
internal sealed class JigsawHead : NamedModule<Tensor, Tensor, Tensor>
{
    /// <summary>Patches of an image.</summary>
    public const int Patches = 9;

    private readonly ProjectionHead fc1;
    private readonly Linear fc2;

    public JigsawHead(int features, int dimension)
        : base(nameof(JigsawHead))
    {
        fc1 = new ProjectionHead(features, dimension);
        fc2 = nn.Linear(Patches * dimension, dimension);
        register_module("fc1", fc1);
        register_module("fc2", fc2);
    }

    /// <param name="patches">[9N, C], the patches of an image one after the other; float32 or narrower, the layers' element type.</param>
    /// <param name="order">int64 [N, 9]: which patch takes each place.</param>
    /// <returns>float32 [N, D], unit length.</returns>
    public override Tensor forward(Tensor patches, Tensor order)
    {
        var projected = fc1.Project(patches).view(-1, Patches, fc2.weight.shape[0]);                       // [N, 9, D]
        var shuffled = projected.gather(1, order.unsqueeze(2).expand(-1, -1, projected.shape[2]));        // [N, 9, D]
        return nn.functional.normalize(InputTyped.Multiply(fc2, shuffled.flatten(1)).to(float32), dim: 1);
    }
}
