namespace Pipeline.Shared.Evaluation;

/// <summary>The objects or detections to be evaluated are wrong.</summary>
/// <param name="message">What is wrong, where, and what to do.</param>
public sealed class EvaluationInputException(string message) : UserErrorException(message);
