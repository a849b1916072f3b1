using System.Text.Json;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Training.Tests.Commands;

/// <summary>The length of <c>finetune</c>, as a real process is told it.</summary>
public sealed class RunLengthCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("run-length").FullName;

    public RunLengthCommandTests()
    {
        StreetSceneWriter.WriteKitti(In("scenes"), new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 }, 0, 12);
        File.WriteAllLines(In("train.txt"), Enumerable.Range(0, 10).Select(frame => $"{frame:D6}"));
        File.WriteAllLines(In("test.txt"), ["000010", "000011"]);
        File.WriteAllText(In("tiny.json"), """
            {
              "labels": ["Car", "Truck", "Pedestrian", "Cyclist"],
              "skipEmptyFrames": false, "frozenNormsWithoutWeights": true, "minSizesPixels": [], "logEverySteps": 1,
              "detector": {
                "backbone": { "architecture": "resnet18", "widthMultiplier": 0.0625 }, "fpnChannels": 8, "boxHeadChannels": 16,
                "minSizePixels": 48, "maxSizePixels": 96, "rpnPostNmsTopNTrain": 20, "rpnPostNmsTopNTest": 20
              }
            }
            """);
    }

    [Fact]
    public async Task Two_epochs_of_the_papers_recipe_make_two_epochs_and_fall_at_60_and_80_percent()
    {
        var output = await Done(Finetune("paper", "--batch", "1", "--epochs", "2"));

        Assert.Contains(
            "20 steps: 2 epochs of 10 steps; learning rate 0.01 after a warm-up of 1 step from 1E-05; "
            + "it falls at step 12 to 0.001, at step 16 to 0.0001; its milestones are scaled from 20,000 steps",
            output);
        Assert.Contains("the backbone starts from random weights; 5 of its 5 stages learn; its norms are frozen", output);
        double[] expected = [1e-5, .. Enumerable.Repeat(0.01, 11), .. Enumerable.Repeat(0.001, 4), .. Enumerable.Repeat(0.0001, 4)];
        Assert.Equal(expected, Rates(), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal(2, File.ReadLines(In("run/metrics.jsonl")).Count());
        using var config = JsonDocument.Parse(File.ReadAllText(In("run/config.json")));
        Assert.Equal(20_000, config.RootElement.GetProperty("milestonesFor").GetProperty("iterations").GetInt32());

        var again = await Done("finetune", "--output", In("run"), "--resume");
        Assert.Contains("is complete after 20 steps", again);
    }

    [Theory]
    [InlineData("--epochs", "1", "--iterations", "3", 3)]
    [InlineData("--iterations", "3", "--epochs", "1", 5)]
    public async Task The_length_that_was_typed_last_counts(string first, string one, string second, string other, int steps)
    {
        await Done(Finetune("paper", "--batch", "2", first, one, second, other));

        Assert.Equal(steps, Rates().Length);
    }

    [Fact]
    public async Task A_milestone_after_the_end_is_refused_and_leaves_no_folder()
    {
        var (code, _, errors) = await Run(Finetune("paper", "--epochs", "2", "--milestones", "1", "2"));

        Assert.Equal(2, code);
        Assert.Contains("--milestones: milestones: 2 is at or after the end of 2 epochs", errors);
        Assert.False(Directory.Exists(In("run")));
    }

    [Fact]
    public async Task Torchvisions_recipe_groups_batches_and_goes_through_a_first_epoch_of_warmup()
    {
        var output = await Done(Finetune("torchvision", "--iterations", "7"));

        Assert.Contains("7 steps, 5 an epoch; learning rate 0.0025 without a warm-up", output);
        Assert.Contains("the backbone starts from random weights; 5 of its 5 stages learn; its norms are live", output);
    }

    [Fact]
    public async Task A_batch_that_the_frames_do_not_fill_is_refused_and_leaves_no_folder()
    {
        var (code, _, errors) = await Run(Finetune("torchvision", "--batch", "11", "--epochs", "1"));

        Assert.Equal(2, code);
        Assert.Contains("batchSize: the 10 training images do not fill a batch of 11", errors);
        Assert.False(Directory.Exists(In("run")));
    }

    [Fact]
    public async Task The_help_tells_the_unit_of_the_milestones()
    {
        var output = await Done("finetune", "--help");

        Assert.Contains("after so many epochs", string.Join(' ', output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string In(string name) => Path.Combine(folder, name);

    private string[] Finetune(string preset, params string[] options) =>
    [
        "finetune", "--preset", preset, "--data", In("scenes"), "--output", In("run"), "--config", In("tiny.json"),
        "--train-list", In("train.txt"), "--test-list", In("test.txt"), .. options,
    ];

    private double[] Rates() =>
    [
        .. File.ReadLines(In("run/steps.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("learningRate").GetDouble()),
    ];

    private static Task<(int Code, string Output, string Errors)> Run(params string[] arguments) =>
        TrainingProgram.Run(TestContext.Current.CancellationToken, arguments);

    private static async Task<string> Done(params string[] arguments)
    {
        var (code, output, errors) = await Run(arguments);
        Assert.True(code == 0, errors);
        return output;
    }
}
