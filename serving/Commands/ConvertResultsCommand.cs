using System.CommandLine;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Evaluation.Results;
using Pipeline.Shared.Files;

namespace Pipeline.Serving.Commands;

/// <summary><c>results convert</c>: detections in the other format.</summary>
/// <param name="log">The console's log.</param>
internal sealed class ConvertResultsCommand(ILogger<ConvertResultsCommand> log)
{
    private const string Coco = "coco", Kitti = "kitti";

    private const string Description = """
        Writes detections in another format: COCO's results (JSON) or a folder of KITTI's, with a file for each image.

        The labels say which images and classes there are, and what their numbers are; a COCO file without annotations is enough.

        Example:
          pipeline-serve results convert --ground-truth labels.json --detections results.json --to kitti --output results
        """;

    /// <summary>Creates the command.</summary>
    public Command Create()
    {
        var files = new ResultFileOptions();
        var to = new Option<string>("--to") { Required = true, Description = "Format of what is written: coco, kitti." };
        to.AcceptOnlyFromAmong(Coco, Kitti);
        var output = new Option<string>("--output")
        {
            Required = true,
            Description = "The file of COCO's results, or the folder of KITTI's, which must not exist, or be empty.",
        };
        var force = ForceOption.Create();
        var command = new Command("convert", Description);
        files.AddTo(command);
        command.Add(to);
        command.Add(output);
        command.Add(force);
        command.SetAction((parsed, cancellation) =>
        {
            var target = parsed.GetValue(output)!;
            var replace = parsed.GetValue(force);
            var isFolder = parsed.GetValue(to) == Kitti;
            var read = files.Read(parsed) with { KeepsAllClasses = true };
            Require(target, isFolder, ResultFileOptions.Inputs(read), replace);
            var results = read.Read(log.Warn, new ResultProgressLines(log, isQuiet: false), cancellation);
            if (isFolder)
            {
                StagedFolder.Write(target, folder => KittiResultWriter.Write(folder, results));
            }
            else
            {
                AtomicFile.Write(target, stream => CocoResultWriter.Write(stream, results), replace);
            }

            log.Info($"{target}: {results.Problem.Detections.Length} detections in {results.Images.Length} images");
            return Task.FromResult(0);
        });
        return command;
    }

    private static void Require(string target, bool isFolder, IEnumerable<string> inputs, bool replace)
    {
        if (isFolder)
        {
            StagedFolder.RequireNew(target);
        }
        else
        {
            OutputFiles.Require([target], inputs, replace);
        }
    }
}
