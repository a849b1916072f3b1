namespace Pipeline.Serving.Inference;

/// <summary>
/// The model could not run on an image that it should take, or answered what its manifest does not allow. That is not the
/// user's fault, but no reason for a trace: the message is one line.
/// </summary>
/// <param name="message">The model, the image's size, and what the runtime said.</param>
/// <param name="innerException">The runtime's exception, with its trace; null when the model ran.</param>
public sealed class InferenceException(string message, Exception? innerException = null) : Exception(message, innerException);
