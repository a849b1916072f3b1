namespace Pipeline.Training.Onnx.Passes;

/// <summary>Rewrites a graph into another that computes the same.</summary>
internal interface IOnnxPass
{
    void Apply(OnnxGraph graph);
}
