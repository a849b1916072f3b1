namespace Pipeline.Serving.Inference;

/// <summary>
/// The model could not run on an image that it should take. That is not the user's fault, but no reason for a trace:
/// the message is one line.
/// </summary>
/// <param name="message">The model, the image's size, and what the runtime said.</param>
/// <param name="innerException">The runtime's exception, with its trace.</param>
public sealed class InferenceException(string message, Exception innerException) : Exception(message, innerException);
