using System.CommandLine;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Commands;

/// <summary><c>pretrain</c>: trains a backbone contrastively on unlabelled images.</summary>
internal static class PretrainCommand
{
    public static Command Create()
    {
        var layers = new ConfigurationOptions<PretrainOptions>("pretrain", "infomin");
        layers.Add<string>("--images", "images", "Folder of unlabelled images, at any depth.");
        layers.Add<string>("--output", "output", "Folder for the backbone and metrics; it must not exist.");
        layers.Add<string>("--weights", "weights", "A backbone to begin with; random weights when left out.");
        layers.Add<int>("--epochs", "epochs", "Passes over the images.");
        layers.Add<int>("--batch", "batchSize", "Images of a step.");
        layers.Add<double>("--learning-rate", "learningRate", "At the beginning; it falls as a cosine.");
        layers.Add<int>("--queue", "contrastive.queueSize", "Keys in the queue; with few images choose fewer keys than images.");
        layers.Add<int>("--view-size", "views.sizePixels", "Sides of a view in pixels.");
        layers.Add<int>("--seed", "seed", "Seed of weights, queue, order and views.");
        layers.Add<string>("--device", "device", "cpu or cuda.").AcceptOnlyFromAmong("cpu", "cuda");
        return layers.Command(
            "Trains a backbone contrastively on unlabelled images.\n\nExample:\n  pipeline-train pretrain --images photos --output runs/backbone --preset small",
            (options, cancellation) => Console.WriteLine(ConsoleProgress.Run("pretrain", progress => PretrainRun.Run(options, progress, cancellation)).BackbonePath));
    }
}
