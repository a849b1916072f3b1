using System.Collections;
using System.Text.Json;
using Pipeline.Shared.Configuration;
using Pipeline.Training.Detection.Training;

namespace Pipeline.Training.Tests.Detection.Training;

/// <summary>The length given last counts, in either unit; what a lower layer made for another length remembers that length.</summary>
public sealed class RunLengthTests : IDisposable
{
    private static readonly RunLength Paper = new() { Iterations = 20_000 };

    private readonly string folder = Directory.CreateTempSubdirectory("length").FullName;

    [Fact]
    public void A_preset_alone_scales_nothing()
    {
        var options = Preset("paper").Build();

        Assert.Equal((20_000, null, null), (options.Iterations, options.MilestonesFor, options.WarmupFor));
    }

    [Fact]
    public void Epochs_over_a_preset_of_iterations_count()
    {
        var options = Preset("paper").Option("--epochs", "epochs", 5).Build();

        Assert.Equal((5, null), (options.Epochs, options.Iterations));
        Assert.Equal([12_000, 16_000], options.Milestones);
        Assert.Equal((Paper, Paper), (options.MilestonesFor, options.WarmupFor));
    }

    [Fact]
    public void Iterations_over_a_preset_of_epochs_count()
    {
        var options = Preset("torchvision").Option("--iterations", "iterations", 500).Build();

        Assert.Equal(500, options.Iterations);
        Assert.Equal(new RunLength { Epochs = 26 }, options.MilestonesFor);
    }

    [Fact]
    public void The_presets_own_length_given_again_scales_nothing()
    {
        var options = Preset("paper").Option("--iterations", "iterations", 20_000).Build();

        Assert.Equal((20_000, null, null), (options.Iterations, options.MilestonesFor, options.WarmupFor));
    }

    [Fact]
    public void Milestones_given_with_the_length_are_those_of_the_run()
    {
        var options = Preset("paper").Option("--epochs", "epochs", 5).Option("--milestones", "milestones", (int[])[3]).Build();

        Assert.Equal((null, Paper), (options.MilestonesFor, options.WarmupFor));
    }

    [Fact]
    public void A_preset_that_extends_another_counts_as_a_layer_over_it()
    {
        var options = Preset("paper-text").Option("--epochs", "epochs", 20).Build();

        Assert.Equal([12_000], options.Milestones);
        Assert.Equal(Paper, options.MilestonesFor);
    }

    [Fact]
    public void A_higher_layer_wins_in_whichever_unit()
    {
        var file = Write("""{ "iterations": 700 }""");
        var variables = new Hashtable { ["PIPELINE__EPOCHS"] = "3" };

        var options = Preset("torchvision").File(file).Environment(variables).Build();

        Assert.Equal((3, null), (options.Epochs, options.Iterations));
    }

    [Fact]
    public void Milestones_of_a_middle_layer_are_for_the_length_that_was_known_there()
    {
        var file = Write("""{ "epochs": 10, "milestones": [6] }""");

        var options = Preset("paper").File(file).Option("--epochs", "epochs", 5).Build();

        Assert.Equal(new RunLength { Epochs = 10 }, options.MilestonesFor);
        Assert.Equal(Paper, options.WarmupFor);
    }

    [Theory]
    [InlineData("""{ "epochs": 3, "iterations": 700 }""", 700)]
    [InlineData("""{ "iterations": 700, "epochs": 3 }""", null)]
    [InlineData("""{ "iterations": null, "epochs": 3 }""", null)]
    [InlineData("""{ "epochs": 3, "iterations": null }""", null)]
    public void Within_a_file_the_later_length_counts(string json, int? iterations)
    {
        var options = Preset("torchvision").File(Write(json)).Build();

        Assert.Equal(iterations, options.Iterations);
        Assert.Equal(iterations is null ? 3 : FinetuneOptions.DefaultEpochs, options.Epochs);
    }

    [Fact]
    public void Two_lengths_in_the_environment_have_no_order_and_are_refused()
    {
        var variables = new Hashtable { ["PIPELINE__EPOCHS"] = "3", ["PIPELINE__ITERATIONS"] = "70" };

        var refusal = Assert.Throws<ConfigurationException>(() => Preset("paper").Environment(variables).Build()).Message;

        Assert.StartsWith("PIPELINE__ITERATIONS: iterations: PIPELINE__EPOCHS also gives the run's length", refusal);
    }

    [Theory]
    [InlineData("paper", "epochs", 5)]
    [InlineData("torchvision", "iterations", 500)]
    [InlineData("paper", "iterations", 20_000)]
    [InlineData("small", "epochs", 3)]
    public void What_a_run_wrote_down_is_read_again_as_the_same(string preset, string unit, int count)
    {
        var options = Preset(preset).Option("test", unit, count).Build();
        var file = Write(JsonSerializer.Serialize(options, JsonFormat.Options));

        var again = new LayeredConfiguration<FinetuneOptions>().File(file).Build();

        Assert.Equal(JsonSerializer.Serialize(options), JsonSerializer.Serialize(again));
    }

    [Fact]
    public void Milestones_over_what_a_run_wrote_down_are_those_of_the_run()
    {
        var options = Preset("paper").Option("test", "epochs", 5).Build();
        var file = Write(JsonSerializer.Serialize(options, JsonFormat.Options));

        var again = new LayeredConfiguration<FinetuneOptions>().File(file).Option("--milestones", "milestones", (int[])[3]).Build();

        Assert.Equal((null, Paper), (again.MilestonesFor, again.WarmupFor));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static LayeredConfiguration<FinetuneOptions> Preset(string name) =>
        new LayeredConfiguration<FinetuneOptions>().Preset("finetune", name).Option("test", "data", "d").Option("test", "output", "o");

    private string Write(string text)
    {
        var path = Path.Combine(folder, "config.json");
        File.WriteAllText(path, text);
        return path;
    }
}
