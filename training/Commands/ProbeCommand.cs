using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Numbers;
using Pipeline.Training.Native;
using Pipeline.Training.Probing;

namespace Pipeline.Training.Commands;

/// <summary><c>probe</c>: what a backbone has learned, before a detector is trained.</summary>
/// <param name="log">The console's.</param>
internal sealed class ProbeCommand(ILogger<ProbeCommand> log) : IProgramCommand
{
    /// <inheritdoc />
    public Command Create()
    {
        var data = DataOption.Create();
        var format = FormatOption.Create();
        var weights = new Option<string>("--weights")
        {
            Required = true,
            Description = "A backbone that pretrain or import wrote; imagenet: ImageNet's weights, which come with the program.",
        };
        var train = new Option<string?>("--train-list")
        {
            Description = "List of the images whose objects are known; a seeded 80 % when omitted.",
        };
        var test = new Option<string?>("--test-list") { Description = "List of the images whose objects are asked for." };
        var labels = new Option<string>("--labels")
        {
            DefaultValueFactory = _ => "",
            Description = "The classes, separated by commas; those of the data set when omitted.",
        };
        var labelMap = new Option<string[]>("--label-map")
        {
            Description = "A class of the labels that becomes another, such as Person_sitting=Pedestrian; may be repeated.",
        };
        var size = NumberOption.Create("--crop-size", new NumberRange<int>(32, 512), 64, "Side of a crop in pixels.");
        var seed = NumberOption.Create("--seed", new NumberRange<int>(0, int.MaxValue), 0, "Of the split and of the random weights.");
        var device = new Option<string>("--device") { DefaultValueFactory = _ => "cpu", Description = "cpu or cuda." };
        var json = new Option<bool>("--json") { Description = "The result as JSON." };
        device.AcceptOnlyFromAmong("cpu", "cuda");
        var command = new Command(
            "probe",
            "Classifies the objects of labelled images by a backbone's frozen features (20 nearest neighbours, linear probe), "
            + "beside those of random weights.\n\nExample:\n"
            + "  pipeline-train probe --data kitti --weights runs/backbone/backbone.safetensors")
        {
            data, format, weights, train, test, labels, labelMap, size, seed, device, json,
        };
        command.SetAction((result, cancellation) =>
        {
            NativeHeap.KeepFreedMemory(result.GetValue(device)!);
            var start = Stopwatch.GetTimestamp();
            var probed = FeatureProbe.Run(
                new ProbeOptions
                {
                    Data = result.GetValue(data)!,
                    Format = result.GetValue(format)!,
                    Weights = result.GetValue(weights)!,
                    TrainList = result.GetValue(train),
                    TestList = result.GetValue(test),
                    Labels = result.GetValue(labels)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                    LabelMap = NamePairs.Read(labelMap.Name, result.GetValue(labelMap) ?? []),
                    CropSizePixels = result.GetValue(size),
                    Seed = result.GetValue(seed),
                    Device = result.GetValue(device)!,
                },
                log,
                cancellation);
            log.Detail(FormattableString.Invariant($"probed after {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s"));
            foreach (var remark in probed.Remarks)
            {
                log.Warn(remark);
            }

            if (result.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(probed, JsonFormat.Options));
                return Task.FromResult(0);
            }

            Console.WriteLine($"{probed.AskedCrops} crops asked, {probed.KnownCrops} known");
            Console.WriteLine("weights   20-NN  balanced  linear  balanced");
            foreach (var (name, scores) in new[] { ("random", probed.Random), ("trained", probed.Weights) })
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name,-8}  {scores.NearestNeighbors,5:F3}  {scores.NearestNeighborsBalanced,8:F3}  "
                    + $"{scores.Linear,6:F3}  {scores.LinearBalanced,8:F3}"));
            }

            return Task.FromResult(0);
        });
        return command;
    }
}
