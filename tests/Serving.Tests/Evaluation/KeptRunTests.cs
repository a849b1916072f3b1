using Pipeline.Serving.Evaluation;
using Pipeline.Shared;
using Pipeline.Shared.Files;

namespace Pipeline.Serving.Tests.Evaluation;

public sealed class KeptRunTests(SharedModel model) : IClassFixture<SharedModel>, IDisposable
{
    private readonly EvaluatedScenes scenes = new(model, images: 5, wide: 2);

    [Fact]
    public void An_interrupted_run_goes_on_after_the_finished_images_and_ends_with_the_same_bytes()
    {
        var undisturbed = EvaluatedScenes.Detect(scenes.Into("undisturbed"));
        EvaluatedScenes.Interrupt(scenes.Into("run"), executions: 2);
        var before = File.ReadAllText(scenes.In("run/detections.jsonl"));
        Tear("run");
        var progress = new RecordedProgress();

        var resumed = EvaluatedScenes.Detect(scenes.Into("run"), progress);

        Assert.Equal(2, before.Count(letter => letter == '\n'));
        Assert.StartsWith(before, File.ReadAllText(scenes.In("run/detections.jsonl")));
        Assert.Equal((4, 4), (progress.Reports[0].ImagesDone, progress.Reports[0].ImagesKept));
        Assert.Equal([4, 6, 7], progress.Reports.Select(report => report.ImagesDone));
        Assert.Equal(StableParts.Detections(scenes.In("undisturbed")), StableParts.Detections(scenes.In("run")));
        Assert.Equal(StableParts.Report(undisturbed!), StableParts.Report(resumed!));
        Assert.Equal(StableParts.Report(undisturbed!), StableParts.Report(EvaluationFolder.Open(scenes.In("run"))));
    }

    [Fact]
    public void A_finished_run_is_read_and_not_repeated()
    {
        EvaluatedScenes.Detect(scenes.Into("run"));
        var before = File.ReadAllText(scenes.In("run/detections.jsonl"));
        var progress = new RecordedProgress();

        EvaluatedScenes.Detect(scenes.Into("run"), progress);

        Assert.Equal(7, Assert.Single(progress.Reports).ImagesKept);
        Assert.Equal(before, File.ReadAllText(scenes.In("run/detections.jsonl")));
    }

    [Fact]
    public void Another_run_in_the_folder_is_refused_with_what_differs_and_given_up_only_with_force()
    {
        EvaluatedScenes.Interrupt(scenes.Into("run"), executions: 1);
        File.WriteAllText(scenes.In("list.txt"), "000000\n000001\n");

        Assert.Contains("batchSize: it was 2, now it is 3", Refused(scenes.Into("run") with { BatchSize = 3 }));
        Assert.Contains("images: it was 7, now it is 2", Refused(scenes.Into("run") with { Split = scenes.In("list.txt") }));
        var threads = scenes.Into("run") with { Execution = new() { Threads = 3 } };
        Assert.Contains("execution.threads: it was", Refused(threads));
        File.AppendAllText(Path.Combine(scenes.Data, "training/label_2/000001.txt"), "Car 0 0 0 1 1 9 9 1 1 1 1 1 1 0\n");
        Assert.Contains("data.labelsSha256: it was", Refused(scenes.Into("run")));

        var replaced = EvaluatedScenes.Detect(scenes.Into("run") with { BatchSize = 3, Replace = true });
        Assert.Equal([2, 3, 2], replaced!.Batches.Select(batch => batch.Images.Count));
    }

    [Fact]
    public void Only_what_the_user_called_things_may_differ_when_a_run_goes_on()
    {
        EvaluatedScenes.Interrupt(scenes.Into("run"), executions: 1);
        Directory.Move(scenes.Data, scenes.In("moved"));

        var run = EvaluatedScenes.Detect(scenes.Into("run") with { Data = scenes.In("moved") });

        Assert.StartsWith(scenes.In("moved"), run!.ImagePaths["000000"]);
        Assert.Equal(run.ImagePaths, EvaluationFolder.Open(scenes.In("run")).ImagePaths);
    }

    [Fact]
    public void An_image_that_breaks_during_the_run_is_named_and_what_is_finished_stays()
    {
        var options = scenes.Into("run");
        var content = File.ReadAllBytes(scenes.Image(4));

        // The header is whole, and the length the same: only decoding shows it.
        File.WriteAllBytes(scenes.Image(4), [.. content[..^40], .. new byte[40]]);
        var refused = Refused(options);
        File.WriteAllBytes(scenes.Image(4), content);
        var progress = new RecordedProgress();
        EvaluatedScenes.Detect(options, progress);

        Assert.Contains($"{scenes.Image(4)}: the image is damaged or ends early", refused);
        Assert.Equal(6, progress.Reports[0].ImagesKept);
        Assert.Equal(7, progress.Reports[^1].ImagesDone);
    }

    [Fact]
    public void A_folder_with_files_of_others_is_refused_without_force()
    {
        Directory.CreateDirectory(scenes.In("run"));
        File.WriteAllText(scenes.In("run/detections.jsonl"), "mine");

        Assert.Contains("detections.jsonl: the file already exists", Refused(scenes.Into("run")));
        Assert.Equal("mine", File.ReadAllText(scenes.In("run/detections.jsonl")));
    }

    [Fact]
    public void A_folder_in_which_another_program_works_is_refused()
    {
        Directory.CreateDirectory(scenes.In("run"));
        using var held = FolderLock.Take(scenes.In("run"));

        Assert.Contains("another program is working in this folder", Refused(scenes.Into("run")));
    }

    [Theory]
    [InlineData("{\"batch\":0}", "detections.jsonl:1: this line is damaged")]
    [InlineData("{\"batch\":9,\"images\":[],\"times\":{\"seconds\":1,\"decodeMs\":[],\"inputMs\":1,\"inferenceMs\":1,\"outputMs\":1}}",
        "detections.jsonl:1: execution 9 does not belong to this run")]
    [InlineData("{\"batch\":0,\"images\":[],\"times\":{\"seconds\":1,\"decodeMs\":[],\"inputMs\":1,\"inferenceMs\":1,\"outputMs\":1}}",
        "detections.jsonl:1: execution 0 does not have the images that it should")]
    public void A_damaged_record_is_named_with_its_line(string line, string reason)
    {
        EvaluatedScenes.Interrupt(scenes.Into("run"), executions: 1);
        File.WriteAllText(scenes.In("run/detections.jsonl"), line + "\n");

        Assert.Contains(reason, Refused(scenes.Into("run")));
    }

    [Fact]
    public void A_record_that_stands_twice_or_has_a_label_that_the_model_lacks_is_refused()
    {
        EvaluatedScenes.Detect(scenes.Into("run"));
        var lines = File.ReadAllLines(scenes.In("run/detections.jsonl"));

        File.WriteAllLines(scenes.In("run/detections.jsonl"), [lines[0], lines[0]]);
        Assert.Contains("detections.jsonl:2: execution 0 is already in the file", Refused(scenes.Into("run")));
        var start = "\"detections\":[[";
        Assert.Contains(start, lines[0]);
        File.WriteAllLines(scenes.In("run/detections.jsonl"), [lines[0].Replace(start, start + "77,1,0,0,9,9],[")]);
        Assert.Contains("a label that the model's", Refused(scenes.Into("run")));
    }

    [Fact]
    public void A_folder_is_opened_only_when_the_run_is_finished()
    {
        EvaluatedScenes.Interrupt(scenes.Into("run"), executions: 1);
        Directory.CreateDirectory(scenes.In("empty"));

        Assert.Contains("1 of 4 executions are there", RefusedToOpen("run"));
        Assert.Contains("there is no run.json", RefusedToOpen("empty"));
        File.WriteAllText(scenes.In("run/run.json"), "{\"formatVersion\": 2}");
        Assert.Contains("format version 2; this program reads 1", RefusedToOpen("run"));
        File.WriteAllText(scenes.In("run/run.json"), "[1]");
        Assert.Contains("run.json: this file is damaged", RefusedToOpen("run"));
    }

    [Fact]
    public void A_folder_whose_images_were_changed_is_refused()
    {
        EvaluatedScenes.Detect(scenes.Into("run"));
        var path = scenes.In("run/images.jsonl");
        File.WriteAllLines(path, File.ReadAllLines(path).Skip(1));

        Assert.Contains("does not hold the images that run.json speaks of", RefusedToOpen("run"));
    }

    public void Dispose() => scenes.Dispose();

    /// <summary>As a process that is killed while it writes.</summary>
    private void Tear(string run) => File.AppendAllText(scenes.In(run + "/detections.jsonl"), "{\"batch\":3,\"images\":[{\"ima");

    private static string Refused(EvaluationOptions options) =>
        Assert.ThrowsAny<UserErrorException>(() => EvaluatedScenes.Detect(options)).Message;

    private string RefusedToOpen(string name) =>
        Assert.ThrowsAny<UserErrorException>(() => EvaluationFolder.Open(scenes.In(name))).Message;
}
