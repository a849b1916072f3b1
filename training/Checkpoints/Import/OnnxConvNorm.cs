using Pipeline.Training.Onnx.Proto;
using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>A convolution of an ONNX file and the norm that reads it; null where the norm has been folded into the convolution.</summary>
internal sealed record OnnxConvNorm(NodeProto Convolution, NodeProto? Norm)
{
    private const float DefaultEpsilon = 1e-5f;

    /// <summary>The epsilon that our networks add to a variance by default.</summary>
    private const double OurEpsilon = 1e-5;

    private const int Bias = 2;
    private static readonly string[] Statistics = ["weight", "bias", "running_mean", "running_var"];

    /// <summary>The value that both together make.</summary>
    public string Result => (Norm ?? Convolution).Output[0];

    /// <param name="convolution">A <c>Conv</c>.</param>
    /// <param name="wiring">Of its graph.</param>
    public static OnnxConvNorm At(NodeProto convolution, OnnxWiring wiring)
    {
        var next = wiring.OnlyReader(convolution.Output[0], OnnxText.Node(convolution));
        return new OnnxConvNorm(convolution, next.OpType == "BatchNormalization" ? next : null);
    }

    /// <summary>The weights by our names; for each, the name that it has in the file, if it is a constant there.</summary>
    /// <param name="convolution">Our name of the convolution, as <c>layer1.0.conv1</c>.</param>
    /// <param name="norm">Our name of the norm.</param>
    /// <param name="constants">The file's.</param>
    /// <param name="wiring">Of the graph, for messages.</param>
    /// <remarks>A bias is subtracted from the norm's mean. A norm that was folded becomes one that only adds the bias.</remarks>
    public IEnumerable<OnnxWeight> Weights(string convolution, string norm, OnnxInitializers constants, OnnxWiring wiring)
    {
        var weight = constants.Take(Convolution, input: 1, dimensions: 4);
        yield return new OnnxWeight($"{convolution}.weight", weight, Convolution.Input[1]);
        var hasBias = Convolution.Input.Count > Bias && Convolution.Input[Bias].Length > 0;
        var bias = hasBias ? constants.Take(Convolution, Bias, dimensions: 1) : zeros(weight.shape[0]);
        if (Norm is null)
        {
            yield return new OnnxWeight($"{norm}.weight", ones(bias.shape), Name: null);
            yield return new OnnxWeight($"{norm}.bias", bias, hasBias ? Convolution.Input[Bias] : null);
            yield return new OnnxWeight($"{norm}.running_mean", zeros(bias.shape), Name: null);
            yield return new OnnxWeight($"{norm}.running_var", full(bias.shape, 1 - OurEpsilon), Name: null);
            yield break;
        }

        RequireInference(wiring);
        Tensor[] values = [.. Statistics.Select((_, index) => constants.Take(Norm, index + 1, dimensions: 1))];
        if (values.Any(value => !value.shape.SequenceEqual(bias.shape)))
        {
            throw wiring.Refusal($"{OnnxText.Node(Norm)} has not one value for each of {bias.shape[0]} channels");
        }

        values[2].sub_(bias);
        values[3].add_(Epsilon() - OurEpsilon);
        for (var index = 0; index < values.Length; index++)
        {
            yield return new OnnxWeight($"{norm}.{Statistics[index]}", values[index], Norm.Input[index + 1]);
        }
    }

    /// <summary>What the file's epsilon is; our own where it is the same number in float32.</summary>
    private double Epsilon()
    {
        var epsilon = Norm!.Attribute.FirstOrDefault(attribute => attribute.Name == "epsilon")?.F ?? DefaultEpsilon;
        return epsilon == DefaultEpsilon ? OurEpsilon : epsilon;
    }

    private void RequireInference(OnnxWiring wiring)
    {
        var isTraining = Norm!.Attribute.Any(attribute => attribute.Name == "training_mode" && attribute.I != 0);
        var isPerPlace = Norm.Attribute.Any(attribute => attribute.Name == "spatial" && attribute.I == 0);
        if (isTraining || isPerPlace || Norm.Output.Count(output => output.Length > 0) != 1)
        {
            throw wiring.Refusal($"{OnnxText.Node(Norm)} is no norm of channels in evaluation; export the model in evaluation mode");
        }
    }
}

/// <summary>A weight of an ONNX file.</summary>
/// <param name="Canonical">torchvision's name.</param>
/// <param name="Value">float32, on the CPU.</param>
/// <param name="Name">The file's name; null where it was made here.</param>
internal sealed record OnnxWeight(string Canonical, Tensor Value, string? Name);
