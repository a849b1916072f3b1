using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Inference;

/// <summary>What finds objects in a batch: a version of a model, or in tests something faster or slower.</summary>
internal interface IDetector
{
    /// <summary>Runs once over a batch of images of one size.</summary>
    /// <param name="instance">Which execution this is, from 0; two executions at a time never have the same number.</param>
    /// <param name="images">The images; the caller keeps and disposes them.</param>
    /// <param name="givenUp">Is cancelled when nobody waits for any of the answers any more; the execution may then end early.</param>
    /// <returns>For each image its detections, by descending score; boxes in pixels of the image.</returns>
    /// <exception cref="InferenceException">The model failed, or its outputs do not match its manifest.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    IReadOnlyList<IReadOnlyList<Detection>> Detect(int instance, IReadOnlyList<RgbImage> images, CancellationToken givenUp);
}
