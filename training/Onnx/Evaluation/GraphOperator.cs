using Pipeline.Training.Onnx.Proto;
using static TorchSharp.torch;

namespace Pipeline.Training.Onnx.Evaluation;

/// <summary>An operator's meaning in torch.</summary>
/// <param name="node">Its attributes.</param>
/// <param name="inputs">On the CPU; null for one that is left out.</param>
/// <returns>The node's results; they may share memory with the inputs.</returns>
internal delegate Tensor[] GraphOperator(NodeProto node, Tensor?[] inputs);

/// <summary>Watches a graph being evaluated.</summary>
/// <param name="node">That was computed just now.</param>
/// <param name="inputs">What it took; null for one that is left out.</param>
/// <param name="outputs">What it gave. All of them are freed later.</param>
internal delegate void NodeObserver(NodeProto node, IReadOnlyList<Tensor?> inputs, IReadOnlyList<Tensor> outputs);
