using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Pipeline.Shared.Commands;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Engine;
using Pipeline.Training.Native;

namespace Pipeline.Training.Commands;

/// <summary><c>finetune</c>: trains a detector on labelled images.</summary>
/// <param name="console">Shows progress on a terminal.</param>
/// <param name="log">The console's.</param>
internal sealed class FinetuneCommand(ConsoleProgress console, ILogger<FinetuneCommand> log) : IProgramCommand
{
    /// <inheritdoc />
    public Command Create()
    {
        var layers = new ConfigurationOptions<FinetuneOptions>("finetune", "torchvision", log);
        layers.Add("--data", "data", DataOption.Description);
        layers.Add("--format", "format", FormatOption.Description).AcceptOnlyFromAmong(FormatOption.Values);
        var output = layers.Add("--output", "output", "Folder for checkpoints and metrics; it must not exist yet, except with --resume.");
        layers.Add(
            "--train-list",
            "trainList",
            "List of the training images; when omitted, those in no other list; without any list the data set's own, or a seeded 80 %.");
        layers.Add("--validation-list", "validationList", "List of the images that choose the best epoch; the test list when omitted.");
        layers.Add(
            "--test-list",
            "testList",
            "List of the images to measure on: once at the end, or after every epoch without a list for validation.");
        layers.Add("--patience", "patience", "Epochs without improvement after which the run ends.");
        layers.AddNames("--labels", "labels", "The classes, one word or quoted name each; those of the data set when omitted.");
        layers.AddMap(
            "--label-map",
            "labelMap",
            "A class of the labels that becomes another, such as Person_sitting=Pedestrian; may be repeated.");
        layers.Add(
            "--backbone-weights",
            "backboneWeights",
            "A backbone that pretrain or import wrote; imagenet: ImageNet's weights, which come with the program; none: random weights.");
        layers.Add("--weights", "weights", "A detector to start from: ours, or torchvision's Faster R-CNN trained on COCO.");
        layers.Add(
            "--allow-leak",
            "allowLeak",
            "true: continue although the initial weights have learned from images to measure on; every report says so.");
        layers.Add(
            "--trainable-stages",
            "detector.backbone.trainableStages",
            "How many of the backbone's five stages learn, counted from the output; the paper's k frozen stages are 5 - k.");
        layers.Add("--epochs", "epochs", "Passes over the images: the run's length, unless --iterations is given after it.");
        layers.Add("--iterations", "iterations", "Steps: the run's length, unless --epochs is given after it.");
        layers.Add("--batch", "batchSize", "Images of a step.");
        layers.Add("--micro-batches", "microBatches", "Parts in which a batch is computed before its one step.");
        layers.Add("--clip-gradient-norm", "clipGradientNorm", "Gradients are clipped to this norm; 0 turns clipping off.");
        layers.Add("--learning-rate", "learningRate", "After the warm-up.");
        layers.AddList(
            "--milestones",
            "milestones",
            "The rate falls (by gamma: to a tenth) after so many epochs; after so many steps when the run's length is given in steps. "
                + "Those of the preset keep their fraction of the run.");
        layers.Add(
            "--ema", "ema", "Fraction of the averaged weights that a step keeps, as 0.9998; the averages are measured and exported.");
        layers.Add("--flip", "horizontalFlip", "Mirror every second image: true or false.");
        layers.Add("--precision", "precision", "float32, bFloat16 or float16: what convolutions and linear layers compute in.")
            .AcceptOnlyFromAmong("float32", "bFloat16", "float16");
        layers.Add("--tf32", "tf32", "On CUDA, float32 convolutions and products may be computed in TF32: true or false.");
        layers.Add("--workers", "workers", "Batches prepared concurrently; the result does not depend on it.");
        layers.Add("--checkpoint-every", "checkpointEverySteps", "Steps between checkpoints within an epoch; 0: only after epochs.");
        layers.Add("--seed", "seed", "Seed of weights, order and samplers.");
        layers.Add("--device", "device", "cpu or cuda.").AcceptOnlyFromAmong("cpu", "cuda");
        return layers.Resumable(
            "Trains a detector and measures its mAP after every epoch.\n\nExamples:\n"
            + "  pipeline-train finetune --data photos --output runs/street --preset small --epochs 20\n"
            + "  pipeline-train finetune --output runs/street --resume",
            output,
            (options, resume, cancellation) =>
            {
                NativeHeap.KeepFreedMemory(options.Device, NativeHeap.DetectorBlockBytes);
                var result = console.Run("finetune", progress => DetectorTraining.Run(options, new RunControl
                {
                    Resume = resume,
                    Log = new StageLog("finetune", log),
                    Progress = progress,
                    Cancellation = cancellation,
                }));
                if (result.Epochs.Count > 0)
                {
                    Print(result.Epochs[^1].PerClass);
                }

                Console.WriteLine(result.CheckpointPath);
            });
    }

    private static void Print(IReadOnlyDictionary<string, double?>? averagePrecisions)
    {
        foreach (var (label, average) in averagePrecisions ?? new Dictionary<string, double?>())
        {
            Console.WriteLine($"{label,-16} {average?.ToString("F4", CultureInfo.InvariantCulture) ?? "no object"}");
        }
    }
}
