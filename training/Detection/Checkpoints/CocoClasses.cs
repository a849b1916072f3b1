namespace Pipeline.Training.Detection.Checkpoints;

/// <summary>
/// COCO's classes as torchvision's detectors count them: row 0 of the scores is the background, row <c>i</c> the category whose
/// identifier is <c>i</c>. Ten identifiers up to 90 were never used.
/// </summary>
internal static class CocoClasses
{
    /// <summary>Rows of the scores: the background and 90 identifiers.</summary>
    public const int Rows = 91;

    private static readonly string[] Names =
    [
        "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat", "traffic light",
        "fire hydrant", "", "stop sign", "parking meter", "bench", "bird", "cat", "dog", "horse", "sheep",
        "cow", "elephant", "bear", "zebra", "giraffe", "", "backpack", "umbrella", "", "",
        "handbag", "tie", "suitcase", "frisbee", "skis", "snowboard", "sports ball", "kite", "baseball bat", "baseball glove",
        "skateboard", "surfboard", "tennis racket", "bottle", "", "wine glass", "cup", "fork", "knife", "spoon",
        "bowl", "banana", "apple", "sandwich", "orange", "broccoli", "carrot", "hot dog", "pizza", "donut",
        "cake", "chair", "couch", "potted plant", "bed", "", "dining table", "", "", "toilet",
        "", "tv", "laptop", "mouse", "remote", "keyboard", "cell phone", "microwave", "oven", "toaster",
        "sink", "refrigerator", "", "book", "clock", "vase", "scissors", "teddy bear", "hair drier", "toothbrush",
    ];

    /// <summary>The names of the rows after the background's; empty where an identifier was never used.</summary>
    public static IReadOnlyList<string> ByRow => Names;
}
