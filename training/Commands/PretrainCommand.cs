using System.CommandLine;
using Pipeline.Training.Augmentation;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Commands;

/// <summary><c>pretrain</c>: trains a backbone contrastively on unlabelled images.</summary>
internal static class PretrainCommand
{
    public static Command Create()
    {
        var images = new Option<string>("--images") { Required = true, Description = "Folder of unlabelled images, at any depth." };
        var output = new Option<string>("--output") { Required = true, Description = "Folder for the backbone and metrics; it must not exist." };
        var weights = new Option<string?>("--weights") { Description = "A backbone to begin with; random weights when left out." };
        var epochs = new Option<int>("--epochs") { DefaultValueFactory = _ => 100, Description = "Passes over the images." };
        var batch = new Option<int>("--batch") { DefaultValueFactory = _ => 32, Description = "Images of a step." };
        var rate = new Option<double>("--learning-rate") { DefaultValueFactory = _ => 0.003, Description = "At the beginning; it falls as a cosine." };
        var queue = new Option<int>("--queue") { DefaultValueFactory = _ => 65536, Description = "Keys in the queue; with few images choose fewer keys than images." };
        var size = new Option<int>("--view-size") { DefaultValueFactory = _ => 224, Description = "Sides of a view in pixels." };
        var seed = new Option<int>("--seed") { Description = "Seed of weights, queue, order and views." };
        var device = new Option<string>("--device") { DefaultValueFactory = _ => "cpu", Description = "cpu or cuda." };
        var small = new Option<bool>("--small") { Description = "A ResNet-18 of half width, for a CPU (finetune --small takes it); else ResNet-50." };
        device.AcceptOnlyFromAmong("cpu", "cuda");
        var command = new Command("pretrain", "Trains a backbone contrastively on unlabelled images.\n\nExample:\n  pipeline-train pretrain --images photos --output runs/backbone --small --epochs 20 --queue 1024 --view-size 96")
        {
            images, output, weights, epochs, batch, rate, queue, size, seed, device, small,
        };
        command.SetAction((result, cancellation) =>
        {
            var options = new PretrainOptions
            {
                Images = result.GetValue(images)!,
                Output = result.GetValue(output)!,
                Weights = result.GetValue(weights),
                Epochs = result.GetValue(epochs),
                BatchSize = result.GetValue(batch),
                LearningRate = result.GetValue(rate),
                Contrastive = new ContrastiveOptions { QueueSize = result.GetValue(queue) },
                Views = new ViewOptions { SizePixels = result.GetValue(size) },
                Seed = result.GetValue(seed),
                Device = result.GetValue(device)!,
            };
            options = result.GetValue(small) ? options with { Backbone = FinetuneCommand.Small(2).Backbone } : options;
            Console.WriteLine(ConsoleProgress.Run("pretrain", progress => PretrainRun.Run(options, progress, cancellation)).BackbonePath);
            return Task.FromResult(0);
        });
        return command;
    }
}
