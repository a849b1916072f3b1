namespace Pipeline.Training.Engine;

/// <summary>How far a run has come.</summary>
/// <param name="Step">Steps done, over the whole run.</param>
/// <param name="Steps">Steps of the whole run.</param>
/// <param name="Loss">Of the last step.</param>
public readonly record struct TrainingProgress(long Step, long Steps, double Loss);
