namespace Pipeline.Shared.Evaluation.Results;

/// <summary>How far the reading of results is.</summary>
/// <param name="Detections">Read so far.</param>
/// <param name="Done">Bytes of a file, or files of a folder.</param>
/// <param name="All">Of all of them.</param>
public readonly record struct ResultProgress(long Detections, long Done, long All);
