namespace Pipeline.Shared.Evaluation;

/// <summary>An object that should be found; x, y, width, height in continuous pixels.</summary>
/// <param name="ImageId">Image of the object.</param>
/// <param name="CategoryId">Its category.</param>
/// <param name="X">Left edge.</param>
/// <param name="Y">Top edge.</param>
/// <param name="Width">Width of the box.</param>
/// <param name="Height">Height of the box.</param>
/// <param name="Area">Area that makes it small, medium or large, in square pixels; possibly that of a mask.</param>
/// <param name="IsCrowd">A region of many objects: detections in it count neither for nor against.</param>
public readonly record struct CocoObject(
    long ImageId,
    int CategoryId,
    double X,
    double Y,
    double Width,
    double Height,
    double Area,
    bool IsCrowd);

/// <summary>A detection; x, y, width, height in continuous pixels.</summary>
/// <param name="ImageId">Image of the detection.</param>
/// <param name="CategoryId">Its category; detections of unknown categories are dropped.</param>
/// <param name="X">Left edge.</param>
/// <param name="Y">Top edge.</param>
/// <param name="Width">Width of the box.</param>
/// <param name="Height">Height of the box.</param>
/// <param name="Score">Confidence; NaN is refused.</param>
public readonly record struct CocoDetection(long ImageId, int CategoryId, double X, double Y, double Width, double Height, double Score);

/// <summary>Objects and detections to evaluate.</summary>
/// <param name="ImageIds">All images, also those without objects.</param>
/// <param name="CategoryIds">All categories.</param>
/// <param name="Objects">What should be found.</param>
/// <param name="Detections">What was found; equal scores keep this order.</param>
public sealed record CocoProblem(
    IReadOnlyList<long> ImageIds,
    IReadOnlyList<int> CategoryIds,
    IReadOnlyList<CocoObject> Objects,
    IReadOnlyList<CocoDetection> Detections)
{
    /// <summary>Detections of an image and category that take part, for the three recall numbers; in ascending order.</summary>
    public IReadOnlyList<int> MaxDetections { get; init; } = [1, 10, 100];
}

/// <summary>COCO's numbers; 0..1, or −1 where nothing could be measured.</summary>
/// <param name="Stats">AP, AP50, AP75, AP small, medium, large, AR at the three limits, AR small, medium, large.</param>
/// <param name="Categories">The same for each category, in ascending order of the ids.</param>
public sealed record CocoResult(IReadOnlyList<double> Stats, IReadOnlyList<CocoCategoryResult> Categories);

/// <summary>One category's numbers: all areas, the last limit of detections; −1 where it has no object.</summary>
/// <param name="CategoryId">The category.</param>
/// <param name="Ap">Mean over IoU 0.50 to 0.95.</param>
/// <param name="Ap50">At IoU 0.50.</param>
/// <param name="Ap75">At IoU 0.75.</param>
/// <param name="Ar">Recall, mean over the IoUs.</param>
public sealed record CocoCategoryResult(int CategoryId, double Ap, double Ap50, double Ap75, double Ar);

/// <summary>The objects or detections to be evaluated are wrong.</summary>
/// <param name="message">What is wrong, where, and what to do.</param>
public sealed class EvaluationInputException(string message) : UserErrorException(message);
