namespace Pipeline.Serving.Evaluation;

/// <summary>How far an evaluation is.</summary>
/// <param name="ImagesDone">Images whose detections are known.</param>
/// <param name="Images">Images in all.</param>
internal readonly record struct EvaluationProgress(int ImagesDone, int Images);
