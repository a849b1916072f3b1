using System.CommandLine;
using System.Globalization;
using Pipeline.Shared.Evaluation.Results.Submission;

namespace Pipeline.Serving.Commands;

/// <summary><c>results check</c>: every defect of results for KITTI's benchmark.</summary>
internal static class CheckResultsCommand
{
    private const int HasErrors = 2;

    private const string Description = """
        Checks results for KITTI's 2D benchmark, in a folder or packed, and reports every defect with file and line.

        Examples:
          pipeline-serve results check submission.zip
          pipeline-serve results check results/data --frames val.txt
        """;

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var path = new Argument<string>("path") { Description = "A zip archive, or a folder with a text file for each frame." };
        var frames = FramesOption.Create();
        var command = new Command("check", Description) { path, frames };
        command.SetAction((parsed, cancellation) =>
        {
            var report = new SubmissionCheck(FramesOption.Read(parsed.GetValue(frames))).Run(parsed.GetValue(path)!, cancellation);
            Print(report);
            return Task.FromResult(IsRight(report) ? 0 : HasErrors);
        });
        return command;
    }

    /// <summary>Whether nothing is wrong.</summary>
    public static bool IsRight(SubmissionReport report) => report.Findings.Count == 0;

    /// <summary>Prints the defects on standard error, and a line of counts.</summary>
    public static void Print(SubmissionReport report)
    {
        foreach (var finding in report.Findings)
        {
            Console.Error.WriteLine($"error: {finding}");
        }

        if (report.MoreFindings > 0)
        {
            Console.Error.WriteLine($"error: and {report.MoreFindings} more");
        }

        var defects = report.Findings.Count + report.MoreFindings;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Files} of {report.Frames} frames, {report.Detections} detections, {defects} defects"));
    }
}
