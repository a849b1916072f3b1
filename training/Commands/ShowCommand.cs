using System.CommandLine;
using Microsoft.Extensions.Logging;
using Pipeline.Shared;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Sheets;
using Pipeline.Shared.Files;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Imaging.Drawing;
using Pipeline.Shared.Numbers;

namespace Pipeline.Training.Commands;

/// <summary><c>data show</c>: a contact sheet of images with their boxes.</summary>
/// <param name="progress">The console's.</param>
/// <param name="log">The console's.</param>
internal sealed class ShowCommand(ConsoleProgress progress, ILogger<ShowCommand> log) : IProgramCommand
{
    private const int DefaultImages = 12;
    private const string Extension = ".png";
    private const string Examples = """


        Examples:
          pipeline-train data show --data kitti --output sheet.png
          pipeline-train data show --data kitti --output cyclists.png --class Cyclist --images 30 --seed 1
        """;

    /// <inheritdoc />
    public Command Create()
    {
        var data = DataOption.Create();
        var format = FormatOption.Create();
        var output = new Option<string>("--output") { Required = true, Description = "The sheet, a PNG file." };
        var images = NumberOption.Create("--images", new NumberRange<int>(1, ContactSheet.MaxPictures), DefaultImages, "How many images.");
        var className = new Option<string?>("--class") { Description = "Only images with this class." };
        var list = new Option<string?>("--list") { Description = "Only images of this list: a file, or the name of one of the set's own." };
        var seed = NumberOption.Create("--seed", new NumberRange<int>(0, int.MaxValue), 0, "Draws the images.");
        var force = ForceOption.Create();
        var command = new Command(
            "show",
            "Draws images of a data set with their boxes and class names on one sheet; ignored regions are dashed." + Examples)
        {
            data, format, output, images, className, list, seed, force,
        };
        command.SetAction((result, cancellation) =>
        {
            var path = result.GetValue(output)!;
            RequirePng(path);
            var dataset = Dataset.Open(result.GetValue(data)!, result.GetValue(format)!);
            string[] inputs = result.GetValue(list) is { } named && File.Exists(named) ? [named] : [];
            OutputFiles.Require([path], dataset.Files.Concat(inputs), result.GetValue(force));
            OutsideDataset.RequireFile(dataset, path);
            var sample = new DatasetSample
            {
                Images = result.GetValue(images),
                Seed = (ulong)result.GetValue(seed),
                Class = result.GetValue(className),
            };
            var ids = result.GetValue(list) is { } source ? ImageList.Read(source, dataset) : dataset.ImageIds;
            var drawn = sample.Draw(dataset, ids, cancellation);
            foreach (var remark in dataset.Remarks().Concat(drawn.Remarks))
            {
                log.Remark(remark);
            }

            string[] classes = [.. dataset.Classes.Select(entry => entry.Name)];
            using var sheet = progress.RunCounted(
                "show", drawn.Images.Count, steps => DatasetSheet.Draw(drawn.Images, classes, steps, cancellation));
            AtomicFile.Write(path, ImageEncoder.Png(sheet), replace: result.GetValue(force));
            Console.WriteLine($"{path}: {drawn.Images.Count} of {ids.Count} images");
            return Task.FromResult(0);
        });
        return command;
    }

    private static void RequirePng(string path)
    {
        if (!Path.GetExtension(path).Equals(Extension, StringComparison.OrdinalIgnoreCase))
        {
            throw new UserErrorException($"{path}: the sheet is a PNG file; choose a name that ends with {Extension}.");
        }
    }
}
