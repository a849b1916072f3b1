namespace Pipeline.Training.Onnx;

/// <summary>A module that says in ONNX nodes what its <c>forward</c> says in tensors.</summary>
/// <typeparam name="TInput">Values that it takes.</typeparam>
/// <typeparam name="TOutput">Values that it gives.</typeparam>
public interface IOnnxEmitter<in TInput, out TOutput>
{
    /// <summary>Adds the module's nodes and weights to a graph.</summary>
    TOutput Emit(OnnxGraph graph, TInput input);
}
