using System.CommandLine;
using System.Text.Json;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Checking;

namespace Pipeline.Training.Commands;

/// <summary><c>data check</c>: every defect of a data set, and what it contains.</summary>
/// <param name="progress">The console's.</param>
internal sealed class CheckCommand(ConsoleProgress progress) : IProgramCommand
{
    private const int HasErrors = 1;
    private const string Examples = """


        Exit codes: 0 no errors, warnings perhaps; 1 errors; 2 the data set cannot be opened.

        Examples:
          pipeline-train data check --data kitti
          pipeline-train data check --data kitti --lists splits/train.txt splits/test.txt
          pipeline-train data check --data bccd --format voc --json
        """;

    /// <inheritdoc />
    public Command Create()
    {
        var data = DataOption.Create();
        var format = FormatOption.Create();
        var lists = new Option<string[]>("--lists")
        {
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
            Description = "Lists of images, as those of a split; no image may be in two. The set's own lists are always checked.",
        };
        var labelsOnly = new Option<bool>("--labels-only")
        {
            Description = "Read only the headers of the images: no search for damaged images and duplicates.",
        };
        var json = new Option<bool>("--json") { Description = "The result as JSON." };
        var command = new Command(
            "check",
            "Reports every defect of a data set with its place, and counts images, objects and classes." + Examples)
        {
            data, format, lists, labelsOnly, json,
        };
        command.SetAction((result, cancellation) =>
        {
            var dataset = Dataset.OpenWithErrors(result.GetValue(data)!, result.GetValue(format)!);
            var images = dataset.Images.Count + dataset.Unlabeled.Count;
            DatasetCheckReport Check(IProgress<int>? steps) =>
                DatasetCheck.Run(dataset, result.GetValue(lists)!, !result.GetValue(labelsOnly), steps, cancellation);

            var report = result.GetValue(json) ? Check(null) : progress.RunCounted("check", images, Check);
            foreach (var finding in report.Findings)
            {
                Console.Error.WriteLine(finding.Line());
            }

            var text = result.GetValue(json)
                ? JsonSerializer.Serialize(CheckDocument.Of(report), JsonFormat.Options)
                : CheckTable.Of(report);
            Console.WriteLine(text);
            return Task.FromResult(report.Errors.Any() ? HasErrors : 0);
        });
        return command;
    }
}
