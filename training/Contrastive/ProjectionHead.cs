using Pipeline.Training.Backbones;
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
        (hidden, output) = (nn.Linear(features, features), nn.Linear(features, dimension));
        register_module("0", hidden);
        register_module("2", output);
    }

    /// <param name="input">[N, C]</param>
    /// <returns>[N, D], unit length.</returns>
    public override Tensor forward(Tensor input) => nn.functional.normalize(Project(input), dim: 1);

    /// <summary>[N, D], of any length.</summary>
    public Tensor Project(Tensor input) => output.call(nn.functional.relu(hidden.call(input)));
}
