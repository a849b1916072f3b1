using System.CommandLine;
using Pipeline.Shared;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Evaluation.Results.Submission;
using Pipeline.Shared.Files;

namespace Pipeline.Serving.Commands;

/// <summary><c>results submission</c>: the archive that KITTI's benchmark takes.</summary>
/// <param name="log">The console's log.</param>
internal sealed class SubmissionCommand(ILogger<SubmissionCommand> log)
{
    private const string Description = """
        Packs a folder of KITTI's results for its 2D benchmark: a file for each frame in the root of a zip archive.

        The results are checked first, and the archive again. The same results give the same bytes.

        Example:
          pipeline-serve results submission --detections results --output submission.zip
        """;

    /// <summary>Creates the command.</summary>
    public Command Create()
    {
        var detections = new Option<string>("--detections")
        {
            Required = true,
            HelpName = "FOLDER",
            Description = "A folder of KITTI's results, as detect writes them with --formats kitti; a file for each frame.",
        };
        var frames = FramesOption.Create();
        var output = new Option<string>("--output") { Required = true, HelpName = "FILE", Description = "The archive." };
        var force = ForceOption.Create();
        var command = new Command("submission", Description) { detections, frames, output, force };
        command.SetAction((parsed, cancellation) =>
        {
            var target = parsed.GetValue(output)!;
            OutputFiles.Require([target], [], parsed.GetValue(force));
            Pack(parsed.GetValue(detections)!, FramesOption.Read(parsed.GetValue(frames)), target, parsed.GetValue(force), cancellation);
            return Task.FromResult(0);
        });
        return command;
    }

    private void Pack(string folder, IReadOnlyList<string> frames, string target, bool replace, CancellationToken cancellation)
    {
        InputFile.RequireFolder(folder, "folder of results");
        RequireRight(folder, frames, cancellation);
        AtomicFile.WriteThrough(
            target,
            path =>
            {
                using (var stream = File.Create(path))
                {
                    SubmissionWriter.Write(folder, frames, stream);
                }

                RequireRight(path, frames, cancellation);
            },
            replace);
        log.Info($"{target}: {frames.Count} frames, {new FileInfo(target).Length} bytes");
    }

    private static void RequireRight(string path, IReadOnlyList<string> frames, CancellationToken cancellation)
    {
        var report = new SubmissionCheck(frames).Run(path, cancellation);
        if (!CheckResultsCommand.IsRight(report))
        {
            CheckResultsCommand.Print(report);
            throw new UserErrorException($"{path}: these results have defects; nothing was packed.");
        }
    }
}
