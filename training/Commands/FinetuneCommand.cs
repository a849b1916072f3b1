using System.CommandLine;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Commands;

/// <summary><c>finetune</c>: trains a detector on frames in KITTI's layout.</summary>
internal static class FinetuneCommand
{
    public static Command Create()
    {
        var layers = new ConfigurationOptions<FinetuneOptions>("finetune", "torchvision");
        layers.Add<string>("--data", "data", "Frames in KITTI's layout.");
        layers.Add<string>("--output", "output", "Folder for checkpoints and metrics; it must not exist.");
        layers.Add<string>("--train-list", "trainList", "List of the frames to learn from; a seeded 80 % when left out.");
        layers.Add<string>("--test-list", "testList", "List of the frames to measure on.");
        layers.Add<string>("--backbone-weights", "backboneWeights", "A backbone that pretrain wrote; random weights when left out.");
        layers.Add<int>("--epochs", "epochs", "Passes over the frames.");
        layers.Add<int>("--batch", "batchSize", "Images of a step.");
        layers.Add<double>("--learning-rate", "learningRate", "After the warm-up.");
        layers.Add<int[]>("--milestones", "milestones", "Epochs at whose beginning the rate is divided by ten.");
        layers.Add<bool>("--flip", "horizontalFlip", "Mirror every second image: true or false.");
        layers.Add<int>("--seed", "seed", "Seed of weights, order and samplers.");
        layers.Add<string>("--device", "device", "cpu or cuda.").AcceptOnlyFromAmong("cpu", "cuda");
        return layers.Command(
            "Trains a detector and measures its mAP after every epoch.\n\nExample:\n  pipeline-train finetune --data kitti --output runs/street --preset small --epochs 20",
            (options, cancellation) => Console.WriteLine(ConsoleProgress.Run("finetune", progress => FinetuneRun.Run(options, progress, cancellation)).CheckpointPath));
    }
}
