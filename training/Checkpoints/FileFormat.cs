namespace Pipeline.Training.Checkpoints;

/// <summary>What a file of weights looks like.</summary>
internal enum FileFormat
{
    /// <summary>Nothing that is known; the reader that the name asks for says more.</summary>
    Unknown,

    /// <summary>A safetensors header.</summary>
    Safetensors,

    /// <summary>A zip archive, as <c>torch.save</c> writes since PyTorch 1.6.</summary>
    PyTorchZip,

    /// <summary>A pickle, as <c>torch.save</c> wrote before.</summary>
    Pickle,

    /// <summary>An ONNX model, by its first fields.</summary>
    Onnx,
}
