using System.CommandLine;
using Pipeline.Training.Backbones;
using Pipeline.Training.Detection;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Commands;

/// <summary><c>finetune</c>: trains a detector on frames in KITTI's layout.</summary>
internal static class FinetuneCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Required = true, Description = "Frames in KITTI's layout." };
        var output = new Option<string>("--output") { Required = true, Description = "Folder for checkpoints and metrics; it must not exist." };
        var train = new Option<string?>("--train-list") { Description = "List of the frames to learn from; a seeded 80 % when left out." };
        var test = new Option<string?>("--test-list") { Description = "List of the frames to measure on." };
        var epochs = new Option<int>("--epochs") { DefaultValueFactory = _ => 20, Description = "Passes over the frames." };
        var batch = new Option<int>("--batch") { DefaultValueFactory = _ => 2, Description = "Images of a step." };
        var rate = new Option<double>("--learning-rate") { DefaultValueFactory = _ => 0.0025, Description = "After the warm-up." };
        var milestones = new Option<int[]>("--milestones") { DefaultValueFactory = _ => [12, 16], AllowMultipleArgumentsPerToken = true, Description = "Epochs at whose beginning the rate is divided by ten." };
        var noFlip = new Option<bool>("--no-flip") { Description = "Do not mirror images." };
        var weights = new Option<string?>("--backbone-weights") { Description = "A backbone that pretrain wrote; random weights when left out." };
        var seed = new Option<int>("--seed") { Description = "Seed of weights, order and samplers." };
        var device = new Option<string>("--device") { DefaultValueFactory = _ => "cpu", Description = "cpu or cuda." };
        var small = new Option<bool>("--small") { Description = "A ResNet-18 of half width and 640 pixels, for a CPU; else torchvision's ResNet-50-FPN." };
        device.AcceptOnlyFromAmong("cpu", "cuda");
        var command = new Command("finetune", "Trains a detector and measures its mAP after every epoch.\n\nExample:\n  pipeline-train finetune --data kitti --output runs/street --small --epochs 20")
        {
            data, output, train, test, epochs, batch, rate, milestones, noFlip, weights, seed, device, small,
        };
        command.SetAction((result, cancellation) =>
        {
            var options = new FinetuneOptions
            {
                Data = result.GetValue(data)!,
                Output = result.GetValue(output)!,
                TrainList = result.GetValue(train),
                TestList = result.GetValue(test),
                Epochs = result.GetValue(epochs),
                BatchSize = result.GetValue(batch),
                LearningRate = result.GetValue(rate),
                Milestones = result.GetValue(milestones)!,
                HorizontalFlip = !result.GetValue(noFlip),
                BackboneWeights = result.GetValue(weights),
                Seed = result.GetValue(seed),
                Device = result.GetValue(device)!,
            };
            options = result.GetValue(small) ? options with { Detector = Small(options.Labels.Count + 1), ClipGradientNorm = 10 } : options;
            Console.WriteLine(ConsoleProgress.Run("finetune", progress => FinetuneRun.Run(options, progress, cancellation)).CheckpointPath);
            return Task.FromResult(0);
        });
        return command;
    }

    /// <summary>A detector that a CPU trains in minutes.</summary>
    internal static DetectorOptions Small(int numClasses) => new()
    {
        NumClasses = numClasses,
        Backbone = new ResNetOptions { Architecture = "resnet18", WidthMultiplier = 0.5, BatchNorm = BatchNormMode.Train },
        FpnChannels = 64,
        BoxHeadChannels = 256,
        MinSizePixels = 200,
        MaxSizePixels = 640,
        AnchorSizes = [[16], [32], [64], [128], [256]],
        RpnPreNmsTopNTrain = 500,
        RpnPostNmsTopNTrain = 300,
        RpnPreNmsTopNTest = 500,
        RpnPostNmsTopNTest = 300,
        BoxBatchSizePerImage = 128,
    };
}
