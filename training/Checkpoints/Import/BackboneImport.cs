using Pipeline.Shared;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints.Pth;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>
/// Turns the residual network in weights of PyContrast, MoCo, torchvision or our own, or of anyone whose names have the structure of
/// torchvision's residual networks, or that of an ONNX file, into a canonical one, and says what became of every name.
/// </summary>
/// <remarks>An output called <c>.pth</c> is written for <c>torch.load</c>, with torchvision's names.</remarks>
public static class BackboneImport
{
    /// <param name="source">A <c>.pth</c>, <c>.safetensors</c> or <c>.onnx</c> file.</param>
    /// <param name="output">The file to write.</param>
    /// <param name="momentumEncoder">Take the momentum encoder in place of the network that learned.</param>
    /// <param name="input">What its network takes as an image; null: the product's, but for weights that are known.</param>
    /// <exception cref="UserErrorException">The file cannot be read, or weights of the network are missing.</exception>
    public static ImportReport Run(string source, string output, bool momentumEncoder = false, InputConvention? input = null)
    {
        using var scope = NewDisposeScope();
        using var foreign = ForeignWeights.Read(source);
        using var imported = Read(source, foreign, momentumEncoder, input);
        if (PthWriter.IsNamed(output))
        {
            PthWriter.Write(output, StateDict.InOrder(imported.Backbone));
        }
        else
        {
            BackboneCheckpoint.Save(output, imported.Backbone, imported.Report.Backbone, LearnedImages.In(source));
        }

        return imported.Report;
    }

    /// <summary>The network, in memory; the caller disposes it.</summary>
    internal static ImportedBackbone Read(string source, ForeignWeights foreign, bool momentumEncoder, InputConvention? input)
    {
        var weights = new SortedWeights(source, foreign);
        var owner = momentumEncoder ? weights.MomentumOwner() : WeightOwner.Query;
        var shape = weights.Shape(owner);
        var backbone = new ResNet(shape);
        var missing = weights.Fill(StateDict.InOrder(backbone), owner, WeightPart.Backbone);
        var report = weights.Report(shape, missing, owner);
        weights.Refuse(missing);
        (input ?? foreign.Input).FoldInto(backbone);
        return new ImportedBackbone(backbone, report);
    }
}

/// <summary>A network that was imported, and the report of it.</summary>
internal sealed record ImportedBackbone(ResNet Backbone, ImportReport Report) : IDisposable
{
    /// <inheritdoc />
    public void Dispose() => Backbone.Dispose();
}
