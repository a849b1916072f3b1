using Pipeline.Shared;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints.Pth;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>
/// Turns the residual network in weights of PyContrast, MoCo, torchvision or our own, or of anyone whose names have the structure of
/// torchvision's residual networks, into a canonical one, and says what became of every name.
/// </summary>
/// <remarks>An output called <c>.pth</c> is written for <c>torch.load</c>, with torchvision's names.</remarks>
public static class BackboneImport
{
    /// <param name="source">A <c>.pth</c> or <c>.safetensors</c> file.</param>
    /// <param name="output">The file to write.</param>
    /// <param name="momentumEncoder">Take the momentum encoder in place of the network that learned.</param>
    /// <exception cref="UserErrorException">The file cannot be read, or weights of the network are missing.</exception>
    public static ImportReport Run(string source, string output, bool momentumEncoder = false)
    {
        using var scope = NewDisposeScope();
        using var foreign = ForeignWeights.Read(source);
        var weights = new SortedWeights(source, foreign);
        var owner = momentumEncoder ? weights.MomentumOwner() : WeightOwner.Query;
        var shape = weights.Shape(owner);
        using var backbone = new ResNet(shape);
        var missing = weights.Fill(StateDict.InOrder(backbone), owner, WeightPart.Backbone);
        var report = weights.Report(shape, missing, owner);
        weights.Refuse(missing);
        if (PthWriter.IsNamed(output))
        {
            PthWriter.Write(output, StateDict.InOrder(backbone));
        }
        else
        {
            BackboneCheckpoint.Save(output, backbone, shape, LearnedImages.In(source));
        }

        return report;
    }
}
