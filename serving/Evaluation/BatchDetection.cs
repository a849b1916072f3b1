using Pipeline.Serving.Inference;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Evaluation;

/// <summary>Runs a model over images in batches: a model takes one image size at a time, so each size collects its own batch.</summary>
/// <param name="model">The detector.</param>
/// <param name="images">The images, with their annotations.</param>
/// <param name="batchSize">Most images in one execution.</param>
internal sealed class BatchDetection(DetectorModel model, IReadOnlyList<SurveyedImage> images, int batchSize)
{
    private readonly EvaluatedImage[] evaluated = new EvaluatedImage[images.Count];
    private int imagesDone;

    /// <summary>Detects the objects of every image.</summary>
    /// <param name="progress">Told after every execution.</param>
    /// <param name="cancellation">Ends the work between two images.</param>
    /// <returns>Truth and detections, in the order of the images.</returns>
    public IReadOnlyList<EvaluatedImage> Run(IProgress<EvaluationProgress>? progress, CancellationToken cancellation)
    {
        var batches = new Dictionary<(int Width, int Height), List<IndexedImage>>();
        try
        {
            for (var index = 0; index < images.Count; index++)
            {
                cancellation.ThrowIfCancellationRequested();
                var batch = Add(batches, new IndexedImage(index, ImageDecoder.DecodeFile(images[index].Image.Path)));
                if (batch.Count == batchSize)
                {
                    Detect(batch, progress);
                }
            }

            foreach (var batch in batches.Values.Where(batch => batch.Count > 0))
            {
                cancellation.ThrowIfCancellationRequested();
                Detect(batch, progress);
            }
        }
        finally
        {
            foreach (var (_, image) in batches.Values.SelectMany(batch => batch))
            {
                image.Dispose();
            }
        }

        return evaluated;
    }

    /// <returns>The batch that the image was added to.</returns>
    private static List<IndexedImage> Add(Dictionary<(int Width, int Height), List<IndexedImage>> batches, IndexedImage entry)
    {
        var size = (entry.Image.WidthPixels, entry.Image.HeightPixels);
        if (!batches.TryGetValue(size, out var batch))
        {
            batch = [];
            batches.Add(size, batch);
        }

        batch.Add(entry);
        return batch;
    }

    private void Detect(List<IndexedImage> batch, IProgress<EvaluationProgress>? progress)
    {
        var found = model.Detect([.. batch.Select(entry => entry.Image)]);
        foreach (var ((index, image), detections) in batch.Zip(found))
        {
            evaluated[index] = EvaluatedImage.Of(images[index], detections);
            image.Dispose();
        }

        imagesDone += batch.Count;
        batch.Clear();
        progress?.Report(new EvaluationProgress(imagesDone, images.Count));
    }

    private readonly record struct IndexedImage(int Index, RgbImage Image);
}
