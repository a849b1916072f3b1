using System.Text;
using System.Text.RegularExpressions;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Evaluation.Results.Submission;

/// <summary>What a check found.</summary>
/// <param name="Frames">How many frames there should be.</param>
/// <param name="Files">How many of them have a file.</param>
/// <param name="Detections">Lines that are right.</param>
/// <param name="Findings">Every defect with its file and line; of very many the first.</param>
/// <param name="MoreFindings">How many are not in <paramref name="Findings"/>.</param>
public sealed record SubmissionReport(
    int Frames, int Files, long Detections, IReadOnlyList<Finding> Findings, long MoreFindings);

/// <summary>
/// Checks results for KITTI's 2D benchmark, before its server does: a file NNNNNN.txt for each frame in the root, with lines of 16
/// fields. The server refuses archives of more than 500 MB of content.
/// </summary>
/// <param name="frames">Names of the frames: <c>000000</c>.</param>
public sealed partial class SubmissionCheck(IReadOnlyCollection<string> frames)
{
    private const int MostFindings = 1000;
    private const int MaxFileBytes = 16_000_000;
    private const long MaxBytes = 500_000_000;
    private const string Extension = ".txt";

    private readonly List<Finding> findings = [];
    private readonly HashSet<string> found = new(StringComparer.Ordinal);
    private readonly HashSet<string> expected = new(frames, StringComparer.Ordinal);
    private long more;
    private long detections;
    private long bytes;

    /// <summary>The frames of the benchmark's test set.</summary>
    public static IReadOnlyList<string> TestFrames { get; } = [.. Enumerable.Range(0, 7518).Select(number => $"{number:D6}")];

    /// <param name="path">A folder, or a zip archive.</param>
    /// <param name="cancellation">Ends the check.</param>
    /// <exception cref="UserErrorException">It is neither, or cannot be read.</exception>
    public SubmissionReport Run(string path, CancellationToken cancellation)
    {
        var ofEntries = new List<Finding>();
        using var submission = SubmissionFiles.Open(path, ofEntries);
        ofEntries.ForEach(Add);
        foreach (var file in submission.Files)
        {
            cancellation.ThrowIfCancellationRequested();
            CheckFile(file);
        }

        foreach (var frame in frames.Where(frame => !found.Contains(frame)))
        {
            Add(new Finding($"{path}/{frame}{Extension}", "there is no such file; a frame without detections needs an empty one."));
        }

        return new SubmissionReport(expected.Count, found.Count, detections, findings, more);
    }

    private void Add(Finding finding)
    {
        if (findings.Count < MostFindings)
        {
            findings.Add(finding);
        }
        else
        {
            more++;
        }
    }

    private void CheckFile(SubmissionFile file)
    {
        if (NameProblem(file.Name) is { } problem)
        {
            Add(new Finding(file.At, problem));
            return;
        }

        found.Add(file.Name[..^Extension.Length]);
        if (Read(file) is { } content)
        {
            CheckLines(content, file.At);
        }
    }

    private string? NameProblem(string name)
    {
        if (!FrameFile().IsMatch(name))
        {
            return "this is no result file; they are called 000000.txt and so on.";
        }

        return expected.Contains(name[..^Extension.Length]) ? null : "there is no such frame; remove the file.";
    }

    /// <returns>Null when the file cannot be read or is too long, which is a finding.</returns>
    private byte[]? Read(SubmissionFile file)
    {
        try
        {
            using var stream = file.Open();
            using var content = new MemoryStream();
            var buffer = new byte[1 << 16];
            int count;
            while ((count = stream.Read(buffer)) > 0)
            {
                bytes += count;
                if (content.Length + count > MaxFileBytes || bytes > MaxBytes)
                {
                    var what = bytes > MaxBytes ? $"all files together have more than {MaxBytes:N0}" : $"more than {MaxFileBytes:N0}";
                    Add(new Finding(file.At, $"{what} bytes; the benchmark's server refuses this."));
                    return null;
                }

                content.Write(buffer, 0, count);
            }

            return content.ToArray();
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or NotSupportedException or UserErrorException)
        {
            Add(new Finding(file.At, $"this file cannot be read: {Excerpt.Line(exception.Message)}"));
            return null;
        }
    }

    private void CheckLines(byte[] content, string at)
    {
        var number = 0;
        foreach (var range in content.AsSpan().Split((byte)'\n'))
        {
            number++;
            var line = content.AsSpan(range);
            if (line.ContainsAnyExceptInRange((byte)1, (byte)0x7F))
            {
                Add(new Finding($"{at}:{number}", "there is a character that is not ASCII; the benchmark reads ASCII alone."));
                continue;
            }

            var text = Encoding.ASCII.GetString(line);
            if (!string.IsNullOrWhiteSpace(text))
            {
                CheckLine(text, $"{at}:{number}");
            }
        }
    }

    private void CheckLine(string line, string at)
    {
        Span<Range> fields = stackalloc Range[KittiFields.OfResult + 1];
        var count = KittiFields.Split(line, fields);
        if (count != KittiFields.OfResult)
        {
            Add(new Finding(at, KittiResultLine.WrongCount(count)));
            return;
        }

        try
        {
            Span<double> numbers = stackalloc double[KittiFields.OfResult];
            KittiFields.Parse(line, fields[..count], numbers);
            CheckType(line[fields[0]]);
            CheckBox(numbers);
            detections++;
        }
        catch (UserErrorException exception)
        {
            Add(new Finding(at, Excerpt.Line(exception.Message)));
        }
    }

    private static void CheckType(string type)
    {
        if (type == KittiClasses.DontCare || !KittiClasses.Known.Contains(type, StringComparer.Ordinal))
        {
            var near = NearName.Of(type, KittiClasses.Known) is { } known ? $" Did you mean '{known}'?" : "";
            throw new UserErrorException(
                $"{KittiFields.Name(0)}: {Excerpt.Of(type)} is no class of KITTI; Car, Pedestrian and Cyclist are evaluated.{near}");
        }
    }

    private static void CheckBox(ReadOnlySpan<double> numbers)
    {
        var box = KittiFields.BoxOf(numbers);
        if (!(box.Width > 0))
        {
            throw new UserErrorException(FormattableString.Invariant(
                $"{KittiFields.Name(KittiFields.Left)}: {box.X1} is not left of {KittiFields.Name(KittiFields.Right)}: {box.X2}."));
        }

        if (!(box.Height > 0))
        {
            throw new UserErrorException(FormattableString.Invariant(
                $"{KittiFields.Name(KittiFields.Top)}: {box.Y1} is not above {KittiFields.Name(KittiFields.Bottom)}: {box.Y2}."));
        }
    }

    [GeneratedRegex(@"^[0-9]{6}\.txt\z")]
    private static partial Regex FrameFile();
}
