using Pipeline.Shared.Geometry;

namespace Pipeline.Serving.Evaluation.Records;

/// <summary>A finished execution, a line of <c>detections.jsonl</c>.</summary>
/// <param name="Batch">Its number in the plan.</param>
/// <param name="Images">What was found in each of its images.</param>
/// <param name="Times">How long it took.</param>
internal sealed record BatchRecord(int Batch, IReadOnlyList<ImageDetections> Images, BatchTimes Times);

/// <param name="Image">Index among the images of the run.</param>
/// <param name="Detections">By descending score.</param>
internal sealed record ImageDetections(int Image, IReadOnlyList<Detection> Detections);

/// <param name="Seconds">From the end of the execution before, or from the start, to the end of this one.</param>
/// <param name="DecodeMs">To read and decode each image.</param>
/// <param name="InputMs">To put the images together.</param>
/// <param name="InferenceMs">In the model.</param>
/// <param name="OutputMs">To read its outputs.</param>
internal sealed record BatchTimes(
    double Seconds, IReadOnlyList<double> DecodeMs, double InputMs, double InferenceMs, double OutputMs);
