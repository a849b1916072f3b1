using System.IO.Compression;
using System.Text;
using Pipeline.Shared.Evaluation.Results.Submission;

namespace Pipeline.Shared.Tests.Evaluation.Results;

public sealed class SubmissionTests : IDisposable
{
    private static readonly string[] Frames = ["000000", "000001"];

    private readonly ScoredCase files = new ScoredCase().Text("r/000000.txt", ScoredCase.Line()).Text("r/000001.txt", "");

    [Fact]
    public void The_benchmarks_test_set_has_7518_frames()
    {
        Assert.Equal(7518, SubmissionCheck.TestFrames.Count);
        Assert.Equal(("000000", "007517"), (SubmissionCheck.TestFrames[0], SubmissionCheck.TestFrames[^1]));
    }

    [Fact]
    public void The_same_results_give_the_same_archive_with_files_in_its_root()
    {
        var first = Pack();
        File.SetLastWriteTimeUtc(files.At("r/000000.txt"), DateTime.UnixEpoch);

        Assert.Equal(first, Pack());

        using var archive = new ZipArchive(new MemoryStream(first));
        Assert.Equal(["000000.txt", "000001.txt"], archive.Entries.Select(entry => entry.FullName));
        Assert.All(archive.Entries, entry => Assert.Equal(1980, entry.LastWriteTime.Year));
        files.Bytes("s.zip", first);
        var report = Check("s.zip");
        Assert.Empty(report.Findings);
        Assert.Equal((2, 2, 1L), (report.Frames, report.Files, report.Detections));
    }

    [Theory]
    [InlineData("Car -1 -1 -10 10 10 30 30 -1 -1 -1 -1000 -1000 -1000 -10", "the score is missing")]
    [InlineData("Car -1 -1 -10 10 10 30 30 -1 -1 -1 -1000 -1000 -1000 -10 0.5 1", "found more")]
    [InlineData("Car -1 -1 -10 10 10 30 30 -1 -1 -1 -1000 -1000 -1000 -10 NaN", "'NaN' is not a finite number")]
    [InlineData("Car -1 -1 -10 10 10 30 30 -1 -1 -1 -1000 -1000 -1000 -10 0,5", "'0,5' is not a finite number")]
    [InlineData("car -1 -1 -10 10 10 30 30 -1 -1 -1 -1000 -1000 -1000 -10 0.5", "Did you mean 'Car'?")]
    [InlineData("Bus -1 -1 -10 10 10 30 30 -1 -1 -1 -1000 -1000 -1000 -10 0.5", "'Bus' is no class of KITTI")]
    [InlineData("DontCare -1 -1 -10 10 10 30 30 -1 -1 -1 -1000 -1000 -1000 -10 0.5", "'DontCare' is no class")]
    [InlineData("Car -1 -1 -10 30 10 10 30 -1 -1 -1 -1000 -1000 -1000 -10 0.5", "field 5 (left): 30 is not left of field 7 (right): 10")]
    [InlineData("Car -1 -1 -10 10 30 30 30 -1 -1 -1 -1000 -1000 -1000 -10 0.5", "field 6 (top): 30 is not above")]
    [InlineData("Cär -1 -1 -10 10 10 30 30 -1 -1 -1 -1000 -1000 -1000 -10 0.5", "not ASCII")]
    [InlineData("\uFEFFCar -1 -1 -10 10 10 30 30 -1 -1 -1 -1000 -1000 -1000 -10 0.5", "not ASCII")]
    [InlineData("Car\0 -1 -1 -10 10 10 30 30 -1 -1 -1 -1000 -1000 -1000 -10 0.5", "not ASCII")]
    public void A_wrong_line_is_a_defect_with_file_and_line(string line, string expected)
    {
        files.Text("r/000001.txt", $"{ScoredCase.Line()}\r\n{line}\n{ScoredCase.Line()}");

        var finding = Assert.Single(Check("r").Findings);

        Assert.EndsWith("000001.txt:3", finding.At);
        Assert.Contains(expected, finding.Message);
    }

    [Theory]
    [InlineData("000002.txt", "there is no such frame")]
    [InlineData("0000001.txt", "this is no result file")]
    [InlineData("1.txt", "this is no result file")]
    [InlineData("000001.TXT", "this is no result file")]
    [InlineData("readme.md", "this is no result file")]
    [InlineData("data/000001.txt", "this is no regular file")]
    public void Files_that_do_not_belong_there_are_defects(string name, string expected)
    {
        files.Text("r/" + name, "");

        Assert.Contains(expected, Assert.Single(Check("r").Findings).Message);
    }

    [Fact]
    public void A_missing_frame_is_a_defect_that_says_what_to_do()
    {
        File.Delete(files.At("r/000000.txt"));

        var finding = Assert.Single(Check("r").Findings);

        Assert.EndsWith("r/000000.txt", finding.At);
        Assert.Contains("needs an empty one", finding.Message);
    }

    [Theory]
    [InlineData("../000002.txt", "leads out of the archive")]
    [InlineData("/000002.txt", "leads out of the archive")]
    [InlineData("..\\000002.txt", "leads out of the archive")]
    [InlineData("C:000002.txt", "leads out of the archive")]
    [InlineData("data/000000.txt", "this is in a folder")]
    [InlineData("data/", "this is in a folder")]
    [InlineData("000000.txt", "twice")]
    [InlineData("000000.txt\n", "no result file")]
    public void Names_in_an_archive_are_never_followed(string name, string expected)
    {
        files.Bytes("s.zip", Zip(("000000.txt", ""), ("000001.txt", ""), (name, "")));

        Assert.Contains(expected, Assert.Single(Check("s.zip").Findings).Message);
        Assert.Equal(2, Check("s.zip").Files);
    }

    [Fact]
    public void A_link_in_an_archive_is_a_defect()
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            archive.CreateEntry("000000.txt");
            archive.CreateEntry("000001.txt").ExternalAttributes = unchecked((int)0xA1FF0000);
        }

        files.Bytes("s.zip", stream.ToArray());

        Assert.Contains(Check("s.zip").Findings, finding => finding.Message.Contains("this is a link", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_unpacks_to_more_than_the_server_takes_is_not_unpacked()
    {
        files.Bytes("s.zip", Zip(("000000.txt", new string(' ', 20_000_000)), ("000001.txt", "")));

        var finding = Assert.Single(Check("s.zip").Findings);

        Assert.EndsWith("s.zip/000000.txt", finding.At);
        Assert.Contains("more than 16,000,000 bytes", finding.Message);
    }

    [Fact]
    public void A_broken_archive_is_refused()
    {
        var good = Pack();
        foreach (var length in new[] { 0, 3, 30, good.Length - 25, good.Length - 1 })
        {
            files.Bytes("s.zip", good[..length]);
            Assert.Throws<UserErrorException>(() => Check("s.zip"));
        }

        files.Bytes("s.zip", Encoding.UTF8.GetBytes("not a zip archive"));
        Assert.Contains("no zip archive", Assert.Throws<UserErrorException>(() => Check("s.zip")).Message);
        files.Bytes("s.zip", [.. new byte[10], .. good]);
        Assert.Contains("table of contents", Assert.Throws<UserErrorException>(() => Check("s.zip")).Message);
    }

    [Fact]
    public void Every_damaged_byte_is_refused_found_or_harmless()
    {
        var good = Pack();
        for (var at = 0; at < good.Length; at++)
        {
            var damaged = (byte[])good.Clone();
            damaged[at] ^= 0xFF;
            files.Bytes("s.zip", damaged);
            try
            {
                Check("s.zip");
            }
            catch (UserErrorException)
            {
                // one line for the user is what a damaged archive may give
            }
        }
    }

    public void Dispose() => files.Dispose();

    private SubmissionReport Check(string path) => new SubmissionCheck(Frames).Run(files.At(path), TestContext.Current.CancellationToken);

    private byte[] Pack()
    {
        using var stream = new MemoryStream();
        SubmissionWriter.Write(files.At("r"), Frames, stream);
        return stream.ToArray();
    }

    private static byte[] Zip(params (string Name, string Text)[] entries)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in entries)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(Encoding.ASCII.GetBytes(text));
            }
        }

        return stream.ToArray();
    }
}
