using System.CommandLine;
using Microsoft.Extensions.Logging;
using Pipeline.Shared.Commands;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Engine;
using Pipeline.Training.Native;

namespace Pipeline.Training.Commands;

/// <summary><c>pretrain</c>: trains a backbone contrastively on unlabelled images.</summary>
/// <param name="console">Shows progress on a terminal.</param>
/// <param name="log">The console's.</param>
internal sealed class PretrainCommand(ConsoleProgress console, ILogger<PretrainCommand> log) : IProgramCommand
{
    /// <inheritdoc />
    public Command Create()
    {
        var layers = new ConfigurationOptions<PretrainOptions>("pretrain", "infomin", log);
        layers.Add("--images", "images", "Folder of unlabelled images, at any depth, or a text file with one path a line.");
        layers.Add("--images-root", "imagesRoot", "What a list's paths are relative to; its own folder when omitted.");
        var output = layers.Add(
            "--output",
            "output",
            "Folder for the backbone, checkpoints and metrics; it must not exist yet, except with --resume.");
        layers.Add(
            "--weights",
            "weights",
            "A .safetensors file to start from: a backbone, or what import --as contrastive wrote; imagenet: ImageNet's weights, which "
                + "come with the program; none: random weights.");
        layers.Add("--epochs", "epochs", "Passes over the images.");
        layers.Add("--batch", "batchSize", "Images of a step.");
        layers.Add("--learning-rate", "learningRate", "Initial value; it decays along a cosine.");
        layers.Add("--queue", "contrastive.queueSize", "Keys in the queue; with few images choose fewer keys than images.");
        layers.Add("--view-size", "views.sizePixels", "Side of a view in pixels.");
        layers.Add(
            "--scaled-decoding",
            "views.scaledDecoding",
            "true: decode JPEGs at a reduced scale where views still have all their pixels; faster, but the views differ.");
        layers.Add("--micro-batches", "microBatches", "Parts that a batch is computed in, to need less memory.");
        layers.Add("--precision", "precision", "float32, bFloat16 or float16: what convolutions and linear layers compute in.")
            .AcceptOnlyFromAmong("float32", "bFloat16", "float16");
        layers.Add("--tf32", "tf32", "On CUDA, float32 convolutions and products may be computed in TF32: true or false.");
        layers.Add("--max-skipped", "maxSkippedImages", "Unreadable images that may be skipped; one more ends the run.");
        layers.Add("--workers", "workers", "Batches prepared concurrently; the result does not depend on it.");
        layers.Add("--checkpoint-every", "checkpointEverySteps", "Steps between checkpoints within an epoch; 0: only after epochs.");
        layers.Add("--seed", "seed", "Seed of weights, queue, order and views.");
        layers.Add("--device", "device", "cpu or cuda.").AcceptOnlyFromAmong("cpu", "cuda");
        return layers.Resumable(
            "Trains a backbone contrastively on unlabelled images.\n\nExamples:\n"
            + "  pipeline-train pretrain --images photos --output runs/backbone --preset small\n"
            + "  pipeline-train pretrain --output runs/backbone --resume",
            output,
            (options, resume, cancellation) =>
            {
                NativeHeap.KeepFreedMemory(options.Device);
                var result = console.Run("pretrain", progress => ContrastiveTraining.Run(options, new RunControl
                {
                    Resume = resume,
                    Log = new StageLog("pretrain", log),
                    Progress = progress,
                    Cancellation = cancellation,
                }));
                Console.WriteLine(result.BackbonePath);
            });
    }
}
