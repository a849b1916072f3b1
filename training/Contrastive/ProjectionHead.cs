using Pipeline.Training.Modules;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Contrastive;

/// <summary>Two linear layers from pooled features to a unit vector (Chen et al. 2020; PyContrast's <c>head</c>).</summary>
internal sealed class ProjectionHead : NamedModule<Tensor, Tensor>
{
    private readonly Linear hidden, output;

    public ProjectionHead(int features, int dimension)
        : base(nameof(ProjectionHead))
    {
        hidden = nn.Linear(features, features);
        output = nn.Linear(features, dimension);
        register_module("0", hidden);
        register_module("2", output);
    }

    /// <param name="input">[N, C]; float32 or narrower, the layers' element type.</param>
    /// <returns>float32 [N, D], unit length.</returns>
    public override Tensor forward(Tensor input) => nn.functional.normalize(Project(input).to(float32), dim: 1);

    /// <summary>[N, D], of any length, in the type of the input.</summary>
    public Tensor Project(Tensor input) => InputTyped.Multiply(output, nn.functional.relu(InputTyped.Multiply(hidden, input)));
}
