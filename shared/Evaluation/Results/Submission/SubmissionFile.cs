namespace Pipeline.Shared.Evaluation.Results.Submission;

/// <summary>A file of a submission, in a folder or an archive.</summary>
/// <param name="Name">Its name in the folder or archive, with '/'.</param>
/// <param name="At">Named in findings: its path, or <c>results.zip/000000.txt</c>.</param>
/// <param name="Open">Opens its content.</param>
internal sealed record SubmissionFile(string Name, string At, Func<Stream> Open);
