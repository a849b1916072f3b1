namespace Pipeline.Serving.Protocols.OpenInference;

/// <summary>A request for inference as it was sent, by whichever transport; nothing is checked against the model yet.</summary>
/// <param name="Id">The client's name for the request; empty when there is none.</param>
/// <param name="Parameters">Of the request.</param>
/// <param name="Inputs">The tensors.</param>
/// <param name="Outputs">What is to be returned; empty for all.</param>
internal sealed record InferenceRequest(
    string Id, ParameterSet Parameters, IReadOnlyList<InputTensor> Inputs, IReadOnlyList<RequestedOutput> Outputs);

/// <summary>A tensor as it was sent.</summary>
/// <param name="Place">Where it stands, for messages: <c>inputs[0]</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Datatype">The protocol's name of the type of its elements.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Parameters">Of the tensor.</param>
/// <param name="Content">Its elements.</param>
internal sealed record InputTensor(
    string Place, string Name, string Datatype, IReadOnlyList<long> Shape, ParameterSet Parameters, ITensorContent Content);

/// <summary>An output that the client wants.</summary>
/// <param name="Place">Where it stands, for messages: <c>outputs[0]</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">How it wants it.</param>
internal sealed record RequestedOutput(string Place, string Name, ParameterSet Parameters);

/// <summary>The elements of a tensor in the form in which they were sent; row-major.</summary>
internal interface ITensorContent
{
    /// <summary>Writes all elements of a UINT8 tensor.</summary>
    /// <param name="target">Takes exactly as many elements as the shape has.</param>
    /// <exception cref="Faults.RefusedRequestException">The number of elements, or the value of one, is wrong.</exception>
    void CopyTo(PixelWriter target);

    /// <summary>The elements of a BYTES tensor.</summary>
    /// <param name="count">How many there must be.</param>
    /// <exception cref="Faults.RefusedRequestException">There is another number of elements, or they are not what BYTES holds.</exception>
    IReadOnlyList<ArraySegment<byte>> Elements(int count);
}
