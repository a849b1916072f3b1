using System.CommandLine;
using Microsoft.Extensions.Logging;
using Pipeline.Shared;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Conversion;
using Pipeline.Shared.Files;
using Pipeline.Shared.Imaging;

namespace Pipeline.Training.Commands;

/// <summary><c>data convert</c>: writes a data set in another format.</summary>
/// <param name="progress">The console's.</param>
/// <param name="log">The console's.</param>
internal sealed class ConvertCommand(ConsoleProgress progress, ILogger<ConvertCommand> log) : IProgramCommand
{
    private const string Examples = """


        Examples:
          pipeline-train data convert --data kitti --to coco --output kitti-coco
          pipeline-train data convert --data signs --to kitti --output signs-kitti --label-map 'traffic light=traffic_light'
        """;

    /// <inheritdoc />
    public Command Create()
    {
        var data = DataOption.Create();
        var format = FormatOption.Create();
        var to = FormatOption.Target("--to");
        var output = new Option<string>("--output")
        {
            Required = true,
            Description = "The new data set's folder; it must not exist, or be empty.",
        };
        var list = new Option<string?>("--list")
        {
            Description = "Only the images of this list: a file, or the name of one of the set's own.",
        };
        var labelMap = new Option<string[]>("--label-map")
        {
            Description = "A new name of a class, such as 'traffic light=traffic_light'; may be repeated, and can merge two classes.",
        };
        var command = new Command(
            "convert",
            "Writes a data set in another format; image files are copied as they are. What the format cannot hold is counted." + Examples)
        {
            data, format, to, output, list, labelMap,
        };
        command.SetAction((result, cancellation) =>
        {
            var folder = result.GetValue(output)!;
            var target = DatasetFormats.Named(result.GetValue(to)!);
            var renames = NamePairs.Read(labelMap.Name, result.GetValue(labelMap) ?? []);
            var dataset = Dataset.Open(result.GetValue(data)!, result.GetValue(format)!);
            OutsideDataset.RequireFolder(dataset, folder);
            StagedFolder.RequireNew(folder);
            var survey = DatasetSurvey.Of(dataset, Ids(dataset, result.GetValue(list)), new ImageLimits(), cancellation);
            foreach (var remark in dataset.Remarks().Concat(survey.Remarks))
            {
                log.Remark(remark);
            }

            var report = Write(new DatasetConversion(dataset, survey, target) { Renames = renames }, survey, folder, cancellation);
            foreach (var loss in report.Losses)
            {
                log.Warn(loss);
            }

            Console.WriteLine(
                $"{folder}: {report.Images} images with {report.Annotations} objects and regions of {report.Classes} classes "
                + $"as {target.Name}");
            return Task.FromResult(0);
        });
        return command;
    }

    private static string[] Ids(Dataset dataset, string? list)
    {
        var ids = list is null ? dataset.ImageIds : ImageList.Read(list, dataset);
        if (ids.Count == 0)
        {
            throw new UserErrorException($"{dataset.Root}: no image has labels, so there is nothing to convert.");
        }

        return [.. ids.Order(StringComparer.Ordinal)];
    }

    private ConversionReport Write(DatasetConversion conversion, DatasetSurvey survey, string folder, CancellationToken cancellation) =>
        progress.RunCounted("convert", survey.Images.Count, steps =>
        {
            ConversionReport? report = null;
            StagedFolder.Write(folder, staged => report = conversion.Write(staged, steps, cancellation));
            return report!;
        });
}
