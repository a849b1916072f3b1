namespace Pipeline.Serving.Inference;

/// <summary>
/// The model could not run on an image that it should accept, or returned what its manifest does not allow. The message is one line
/// and needs no stack trace; it is not a <see cref="Shared.UserErrorException"/>, because the caller did nothing wrong.
/// </summary>
/// <param name="message">The model, the image's size, and what the runtime said.</param>
/// <param name="innerException">The runtime's exception, with its trace; null when the model ran.</param>
public sealed class InferenceException(string message, Exception? innerException = null) : Exception(message, innerException);
