using System.CommandLine;
using Pipeline.Shared.Commands;

namespace Pipeline.Serving.Commands;

/// <summary><c>results</c>: the commands about files of detections.</summary>
internal sealed class ResultsCommand(ConvertResultsCommand convert, SubmissionCommand submission) : IProgramCommand
{
    /// <inheritdoc />
    public Command Create() => new("results", "Converts files of detections, and packs and checks those for KITTI's benchmark.")
    {
        convert.Create(), CheckResultsCommand.Create(), submission.Create(),
    };
}
