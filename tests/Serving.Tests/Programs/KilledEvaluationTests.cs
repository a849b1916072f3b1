using System.Diagnostics;
using System.Text.Json.Nodes;
using Pipeline.Serving.Evaluation;
using Pipeline.Serving.Tests.Evaluation;

namespace Pipeline.Serving.Tests.Programs;

/// <summary><c>pipeline-serve evaluate</c> as real processes that are killed, interrupted, or have no room on the disk.</summary>
public sealed class KilledEvaluationTests(SharedModel model) : IClassFixture<SharedModel>, IDisposable
{
    private const int Images = 60;
    private readonly EvaluatedScenes scenes = new(model, Images);

    [Fact]
    public async Task A_run_that_was_killed_goes_on_and_reports_what_an_undisturbed_one_reports()
    {
        var whole = await Run("evaluate", "--output", scenes.In("whole"));
        await Kill("run", records: 2);
        var before = Complete("run");

        var end = await Run("evaluate", "--output", scenes.In("run"));

        Assert.True(end.Code == 0, end.Errors);
        var images = 2 * before.Split('\n').Count(line => line.Length > 0);
        Assert.InRange(images, 4, Images - 2);
        Assert.Contains($"{images} of {Images} images are kept from before; goes on after them", end.Output);
        Assert.StartsWith(before, File.ReadAllText(scenes.In("run/detections.jsonl")));
        Assert.Equal(StableParts.Detections(scenes.In("whole")), StableParts.Detections(scenes.In("run")));
        Assert.Equal(Report("whole"), Report("run"));
        Assert.Contains($"{Images} images in", whole.Output);
        Assert.Equal(Table(whole.Output), Table(end.Output[end.Output.IndexOf('┌')..]));
    }

    [Fact]
    public async Task An_interrupted_run_says_what_is_kept_and_ends_with_130()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are those of Unix.");
        using var process = Process.Start(Start("evaluate", "--output", scenes.In("run")))!;
        var errors = process.StandardError.ReadToEndAsync(Cancellation);
        _ = process.StandardOutput.ReadToEndAsync(Cancellation);
        await Records("run", 1, process);
        using (var signal = Process.Start("kill", ["-INT", $"{process.Id}"]))
        {
            await signal.WaitForExitAsync(Cancellation);
        }

        await process.WaitForExitAsync(Cancellation);

        Assert.Equal(130, process.ExitCode);
        var kept = Complete("run").Split('\n').Count(line => line.Length > 0);
        Assert.Contains($"{2 * kept} of {Images} images are kept; the same command goes on after them.", await errors);
    }

    [Fact]
    public async Task A_full_disk_ends_the_run_and_keeps_what_was_written()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The limit on files is the shell's.");
        await Kill("run", records: 1);
        var limit = (new FileInfo(scenes.In("run/images.jsonl")).Length / 1024) + 2;
        var command = string.Join(' ', Arguments("evaluate", "--output", scenes.In("run")));
        var script = $"trap '' XFSZ; ulimit -f {limit}; exec {BuiltPrograms.Serve} {command}";
        var limited = new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true };
        limited.Environment["DOTNET_EnableWriteXorExecute"] = "0";   // it would need a large file of its own

        var full = await BuiltPrograms.Run(limited, Cancellation);
        var resumed = await Run("evaluate", "--output", scenes.In("run"));

        Assert.Equal((1, true), (full.Code, full.Errors.Contains("detections.jsonl could not be written", StringComparison.Ordinal)));
        Assert.Contains("free disk space and run the same command again", full.Errors);
        Assert.True(resumed.Code == 0, resumed.Errors);
        Assert.Equal(Images, EvaluationFolder.Open(scenes.In("run")).Images.Count);
    }

    [Fact]
    public async Task Parts_of_a_job_are_merged_into_the_report_of_one_process()
    {
        await Run("evaluate", "--output", scenes.In("whole"));
        foreach (var index in new[] { "1", "0" })
        {
            var pod = Start("evaluate", "--output", scenes.In("parts"), "--shard", "job/2");
            pod.Environment["JOB_COMPLETION_INDEX"] = index;
            var part = await BuiltPrograms.Run(pod, Cancellation);
            Assert.True(part.Code == 0, part.Errors);
        }

        string[] merge = ["evaluate", "merge", scenes.In("parts"), "--output", scenes.In("merged"), "--json"];
        var merged = await BuiltPrograms.Run(BuiltPrograms.Start(BuiltPrograms.Serve, merge), Cancellation);
        var again = await BuiltPrograms.Run(BuiltPrograms.Start(BuiltPrograms.Serve, merge), Cancellation);

        Assert.True(merged.Code == 0, merged.Errors);
        Assert.Equal(Report("whole"), Report("merged"));
        Assert.Equal(Report("whole"), Stable(merged.Output));
        Assert.Equal(File.ReadAllText(scenes.In("whole/results.json")), File.ReadAllText(scenes.In("merged/results.json")));
        Assert.Equal((2, true), (again.Code, again.Errors.Contains("already exists and is not empty", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_part_needs_a_folder_and_has_no_report()
    {
        var noFolder = await Run("evaluate", "--shard", "0/2");
        var json = await Run("evaluate", "--shard", "0/2", "--output", scenes.In("parts"), "--json");

        Assert.Equal((2, 2), (noFolder.Code, json.Code));
        Assert.Contains("name one with --output", noFolder.Errors);
        Assert.Contains("a part of an evaluation has no report", json.Errors);
        Assert.False(Directory.Exists(scenes.In("parts")));
    }

    public void Dispose() => scenes.Dispose();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string[] Table(string output) => [.. output.Split('\n').TakeWhile(line => !line.Contains(" images in "))];

    private string[] Arguments(string command, params string[] more) =>
        [command, "--model", scenes.Options.ModelDirectory, "--data", scenes.Data, "--batch", "2", .. more];

    private ProcessStartInfo Start(string command, params string[] more) =>
        BuiltPrograms.Start(BuiltPrograms.Serve, Arguments(command, more));

    private Task<ProgramEnd> Run(string command, params string[] more) => BuiltPrograms.Run(Start(command, more), Cancellation);

    /// <summary>Kills a run as soon as it has kept some executions.</summary>
    private async Task Kill(string run, int records)
    {
        using var process = Process.Start(Start("evaluate", "--output", scenes.In(run)))!;
        await Records(run, records, process);
        process.Kill();
        await process.WaitForExitAsync(Cancellation);
    }

    private async Task Records(string run, int count, Process process)
    {
        while (Complete(run).Count(letter => letter == '\n') < count)
        {
            Assert.False(process.HasExited, "It ended before it could be killed.");
            await Task.Delay(1, Cancellation);
        }
    }

    /// <summary>The whole lines that a run has kept.</summary>
    private string Complete(string run)
    {
        var path = scenes.In(run + "/detections.jsonl");
        if (!File.Exists(path))
        {
            return "";
        }

        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var text = reader.ReadToEnd();
        return text[..(text.LastIndexOf('\n') + 1)];
    }

    private string Report(string run) => Stable(File.ReadAllText(scenes.In(run + "/report.json")));

    private static string Stable(string json)
    {
        var report = JsonNode.Parse(json)!.AsObject();
        foreach (var time in new[] { "seconds", "imagesPerSecond", "latency" })
        {
            Assert.True(report.Remove(time), time);
        }

        return report.ToJsonString();
    }
}
