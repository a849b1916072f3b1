using Pipeline.Serving.Evaluation.Records;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Results;

namespace Pipeline.Serving.Evaluation;

/// <summary>Labels and detections of every image of a run: what metrics, reports and comparisons start from.</summary>
/// <param name="Facts">What was evaluated on what, and how.</param>
/// <param name="Images">All images, in the order of the list.</param>
/// <param name="Batches">All executions, in the order of the plan.</param>
internal sealed record CompletedEvaluation(EvaluationFacts Facts, IReadOnlyList<ImageRecord> Images, IReadOnlyList<BatchRecord> Batches)
{
    /// <summary>Files of the images by their ids.</summary>
    public IReadOnlyDictionary<string, string> ImagePaths => Images.ToDictionary(image => image.Id, image => image.Path);

    /// <summary>Time of all executions, with the decoding that they waited for.</summary>
    public double Seconds => Batches.Sum(batch => batch.Times.Seconds);

    /// <summary>Labels and detections, for the metrics.</summary>
    public EvaluationProblem Problem() => EvaluationProblem.Of(new LabelMap(Facts.Labels, Facts.LabelMap), Evaluated());

    /// <summary>Labels and detections by image, in the order of the list.</summary>
    public IEnumerable<EvaluatedImage> Evaluated()
    {
        var found = Batches.SelectMany(batch => batch.Images).ToDictionary(entry => entry.Image, entry => entry.Detections);
        return Images.Select(image => new EvaluatedImage(image.Id, image.Truth, found[image.Index])
        {
            Number = image.Number(),
        });
    }

    /// <summary>Writes the detections as COCO's results.</summary>
    /// <param name="stream">Receives them.</param>
    /// <param name="problem">Of this run.</param>
    public void WriteResults(Stream stream, EvaluationProblem problem)
    {
        var byId = Images.ToDictionary(image => image.Id, image => image.OfDataset());
        var classes = Facts.CategoryIds is { } numbers ? Facts.Labels.Zip(numbers, (name, number) => new DatasetClass(name, number)) : [];
        CocoResultWriter.Write(stream, new ResultProblem(problem, [.. problem.ImageIds.Select(id => byId[id])], [.. classes]));
    }
}
