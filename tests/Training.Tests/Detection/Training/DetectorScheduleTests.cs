using Pipeline.Shared.Configuration;
using Pipeline.Training.Detection.Training;

namespace Pipeline.Training.Tests.Detection.Training;

/// <summary>What the options of a run come to in steps.</summary>
public sealed class DetectorScheduleTests
{
    [Fact]
    public void Epochs_over_the_papers_steps_fall_at_60_and_80_percent_after_a_twentieth_of_warmup()
    {
        var schedule = new DetectorSchedule(Preset("paper").Option("--epochs", "epochs", 5).Build(), stepsPerEpoch: 1000);

        Assert.Equal((5000, 250), (schedule.TotalSteps, schedule.WarmupSteps));
        Assert.Equal([3000L, 4000], schedule.MilestoneSteps);
        Assert.Equal(
            "5,000 steps: 5 epochs of 1,000 steps; learning rate 0.01 after a warm-up of 250 steps from 1E-05; "
            + "it falls at step 3,000 to 0.001, at step 4,000 to 0.0001; its milestones are scaled from 20,000 steps; "
            + "its warm-up is scaled from 20,000 steps, and at most a tenth of the run",
            schedule.Line());
    }

    [Fact]
    public void The_papers_own_length_is_as_written()
    {
        var schedule = new DetectorSchedule(Preset("paper").Build(), stepsPerEpoch: 1000);

        Assert.Equal((20_000, 1000), (schedule.TotalSteps, schedule.WarmupSteps));
        Assert.Equal([12_000L, 16_000], schedule.MilestoneSteps);
        Assert.Equal(
            "20,000 steps, 1,000 an epoch; learning rate 0.01 after a warm-up of 1,000 steps from 1E-05; "
            + "it falls at step 12,000 to 0.001, at step 16,000 to 0.0001",
            schedule.Line());
    }

    [Fact]
    public void The_rate_rises_linearly_and_falls_at_the_milestones()
    {
        var schedule = new DetectorSchedule(Preset("paper").Option("--epochs", "epochs", 5).Build(), stepsPerEpoch: 1000);

        Assert.Equal(0.01 * 0.001, schedule.At(0), 1e-12);
        Assert.Equal(0.01 * (0.001 + 0.999 / 2), schedule.At(125), 1e-12);
        Assert.Equal(0.01, schedule.At(250), 1e-12);
        Assert.Equal(0.01, schedule.At(2999), 1e-12);
        Assert.Equal(0.001, schedule.At(3000), 1e-12);
        Assert.Equal(0.0001, schedule.At(4999), 1e-12);
    }

    [Fact]
    public void A_scaled_warmup_is_at_most_a_tenth_of_the_run()
    {
        var options = Preset("small").Option("--epochs", "epochs", 3).Build();

        Assert.Equal(30, new DetectorSchedule(options, stepsPerEpoch: 100).WarmupSteps);
        Assert.Equal(3, new DetectorSchedule(options, stepsPerEpoch: 10).WarmupSteps);
    }

    [Fact]
    public void A_warmup_that_is_given_with_the_length_stays()
    {
        var options = Preset("small").Option("--epochs", "epochs", 3).Option("test", "warmupIterations", 200).Build();

        Assert.Equal(200, new DetectorSchedule(options, stepsPerEpoch: 100).WarmupSteps);
    }

    [Fact]
    public void Milestones_of_epochs_are_scaled_to_steps()
    {
        var options = Preset("torchvision").Option("--iterations", "iterations", 1300).Build();

        Assert.Equal([800L, 1100], new DetectorSchedule(options, stepsPerEpoch: 77).MilestoneSteps);
    }

    [Fact]
    public void A_milestone_in_epochs_is_the_first_step_of_an_epoch() =>
        Assert.Equal([16L * 77, 22 * 77], new DetectorSchedule(Preset("torchvision").Build(), stepsPerEpoch: 77).MilestoneSteps);

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(700, 699)]
    [InlineData(1000, 999)]
    [InlineData(1001, 1000)]
    [InlineData(50_000, 1000)]
    public void Torchvisions_warmup_is_the_first_epoch_without_its_last_step_and_at_most_1000(int stepsPerEpoch, int warmup)
    {
        var schedule = new DetectorSchedule(Preset("torchvision").Build(), stepsPerEpoch);

        Assert.Equal(warmup, schedule.WarmupSteps);
        Assert.Equal(0.0025 * (warmup == 0 ? 1 : 0.001), schedule.At(0), 1e-12);
        Assert.Equal(0.0025, schedule.At(warmup), 1e-12);
    }

    [Fact]
    public void Torchvisions_warmup_is_at_most_a_tenth_of_a_run_of_another_length()
    {
        var schedule = new DetectorSchedule(Preset("torchvision").Option("--epochs", "epochs", 3).Build(), stepsPerEpoch: 100);

        Assert.Equal(30, schedule.WarmupSteps);
        Assert.EndsWith("; its milestones are scaled from 26 epochs; its warm-up is at most a tenth of the run", schedule.Line());
    }

    [Fact]
    public void A_fall_that_comes_after_the_last_step_of_a_very_short_run_is_none()
    {
        var schedule = new DetectorSchedule(Preset("paper").Option("--iterations", "iterations", 2).Build(), stepsPerEpoch: 1);

        Assert.Equal([1L], schedule.MilestoneSteps);
        Assert.Contains("2 steps, 1 an epoch; learning rate 0.01 without a warm-up; it falls at step 1 to 0.001;", schedule.Line());
    }

    private static LayeredConfiguration<FinetuneOptions> Preset(string name) =>
        new LayeredConfiguration<FinetuneOptions>().Preset("finetune", name).Option("test", "data", "d").Option("test", "output", "o");
}
