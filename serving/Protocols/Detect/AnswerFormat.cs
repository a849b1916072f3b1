using Pipeline.Shared.Datasets.Kitti;

namespace Pipeline.Serving.Protocols.Detect;

/// <summary>A form in which detections are answered.</summary>
/// <param name="MediaType">As in the headers Accept and Content-Type.</param>
/// <param name="Description">What it is.</param>
internal sealed record AnswerFormat(string MediaType, string Description)
{
    /// <summary>Our own JSON.</summary>
    public static AnswerFormat Json { get; } = new("application/json", "detections as JSON");

    /// <summary>Lines of KITTI's result files.</summary>
    public static AnswerFormat Kitti { get; } = new("text/plain", "the lines of a KITTI result file; of one image");

    /// <summary>COCO's results, as pycocotools' loadRes takes them.</summary>
    public static AnswerFormat Coco { get; } = new(
        "application/vnd.coco.results+json", "COCO results: image_id, category_id, bbox, score");

    /// <summary>The picture with what was found drawn over it.</summary>
    public static AnswerFormat Png { get; } = new("image/png", "the annotated picture; of one image");

    /// <inheritdoc cref="Png" />
    public static AnswerFormat Jpeg { get; } = new("image/jpeg", "the annotated picture; of one image");

    /// <summary>All of them; the first of those that a client likes equally well is sent.</summary>
    public static IReadOnlyList<AnswerFormat> All { get; } = [Json, Kitti, Coco, Png, Jpeg];

    /// <summary>Whether it is a picture.</summary>
    public bool IsPicture => this == Png || this == Jpeg;

    /// <summary>Why a request cannot be answered in this form; null when it can.</summary>
    /// <param name="images">How many images it has.</param>
    /// <param name="labels">Names of the model's classes.</param>
    public string? Obstacle(int images, IReadOnlyList<string> labels)
    {
        if (images > 1 && (IsPicture || this == Kitti))
        {
            return $"{MediaType} holds one image, and this request has {images}";
        }

        var unfit = this == Kitti ? labels.FirstOrDefault(label => !KittiResultFile.CanHold(label)) : null;
        return unfit is null
            ? null
            : $"{MediaType}: KITTI's lines cannot hold the class '{unfit}', because white space separates their fields";
    }
}
