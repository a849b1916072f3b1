using Pipeline.Training.Modules;
using Pipeline.Training.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>Two fully connected layers on the pooled features (torchvision's <c>TwoMLPHead</c>).</summary>
internal sealed class TwoMLPHead : NamedModule<Tensor, Tensor>, IOnnxEmitter<OnnxValue, OnnxValue>
{
    private readonly Linear fc6, fc7;

    public TwoMLPHead(int inFeatures, int representation)
        : base(nameof(TwoMLPHead))
    {
        fc6 = nn.Linear(inFeatures, representation);
        fc7 = nn.Linear(representation, representation);
        register_module("fc6", fc6);
        register_module("fc7", fc7);
    }

    /// <summary>detectron2's <c>c2_xavier</c>.</summary>
    public void InitializeUniform()
    {
        foreach (var parameter in parameters())
        {
            _ = parameter.dim() == 2 ? nn.init.kaiming_uniform_(parameter, 1) : nn.init.zeros_(parameter);
        }
    }

    /// <param name="pooled">[K, C, P, P]; float32 or narrower, the layers' element type.</param>
    /// <returns>[K, representation], in that type.</returns>
    public override Tensor forward(Tensor pooled)
    {
        var hidden = nn.functional.relu(InputTyped.Multiply(fc6, pooled.flatten(1)));
        return nn.functional.relu(InputTyped.Multiply(fc7, hidden));
    }

    public OnnxValue Emit(OnnxGraph graph, OnnxValue pooled)
    {
        var hidden = graph.Relu(graph.Linear(graph.Op("Flatten", [pooled]), fc6));
        return graph.Relu(graph.Linear(hidden, fc7));
    }
}

/// <summary>Class scores and class-specific box deltas (torchvision's <c>FastRCNNPredictor</c>).</summary>
internal sealed class FastRcnnPredictor
    : NamedModule<Tensor, (Tensor ClassLogits, Tensor BoxRegression)>,
    IOnnxEmitter<OnnxValue, (OnnxValue ClassLogits, OnnxValue BoxRegression)>
{
    private readonly Linear clsScore, bboxPred;

    public FastRcnnPredictor(int representation, int numClasses, bool classAgnosticBoxes = false)
        : base(nameof(FastRcnnPredictor))
    {
        clsScore = nn.Linear(representation, numClasses);
        bboxPred = nn.Linear(representation, classAgnosticBoxes ? 4 : 4 * numClasses);
        register_module("cls_score", clsScore);
        register_module("bbox_pred", bboxPred);
    }

    /// <summary>detectron2's: normal with 0.01 for the scores and 0.001 for the boxes.</summary>
    public void InitializeNormal()
    {
        foreach (var (name, parameter) in named_parameters())
        {
            var deviation = name.StartsWith("cls_score", StringComparison.Ordinal) ? 0.01 : 0.001;
            _ = parameter.dim() == 2 ? nn.init.normal_(parameter, 0, deviation) : nn.init.zeros_(parameter);
        }
    }

    /// <param name="features">[K, representation]; float32 or narrower, the layers' element type.</param>
    /// <returns>float32: logits [K, classes] and deltas [K, 4·classes]</returns>
    public override (Tensor ClassLogits, Tensor BoxRegression) forward(Tensor features) =>
        (InputTyped.Multiply(clsScore, features).to(float32), InputTyped.Multiply(bboxPred, features).to(float32));

    public (OnnxValue ClassLogits, OnnxValue BoxRegression) Emit(OnnxGraph graph, OnnxValue features) =>
        (graph.Linear(features, clsScore), graph.Linear(features, bboxPred));
}
