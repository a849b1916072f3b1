namespace Pipeline.Training.Publishing;

/// <summary>An exported model does not find what its detector finds, or does not run; it was not published.</summary>
/// <param name="message">What differs, where, and what to do.</param>
/// <param name="cause">Why it does not run; null when it ran.</param>
public sealed class ParityException(string message, Exception? cause = null) : Exception(message, cause);
