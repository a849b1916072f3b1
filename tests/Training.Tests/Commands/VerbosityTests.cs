using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Golden;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Commands;

namespace Pipeline.Training.Tests.Commands;

/// <summary><c>--verbosity</c> of <c>pipeline-train</c>, with real processes.</summary>
public sealed class VerbosityTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("verbosity").FullName;

    [Fact]
    public void Every_command_takes_it_and_refuses_another_value()
    {
        using var host = ProgramHost.Build(TrainingCommands.Root(), TrainingCommands.Add);
        var root = host.Services.GetRequiredService<RootCommand>();
        var commands = Below(root, []).ToArray();

        Assert.True(commands.Length >= 13, $"{commands.Length} commands");
        Assert.All(commands, path =>
        {
            using var help = new StringWriter();
            Assert.Equal(0, root.Parse([.. path, "--help"]).Invoke(new InvocationConfiguration { Output = help }));
            Assert.Contains("--verbosity <debug|detailed|normal|quiet>", help.ToString());
            Assert.Contains(root.Parse([.. path, "--verbosity", "loud"]).Errors, error => error.Message.Contains("'loud'"));
        });
    }

    [Fact]
    public async Task Another_value_is_refused_with_exit_code_2()
    {
        var (code, output, errors) = await Run("doctor", "--verbosity", "loud");

        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.StartsWith("error: --verbosity: ", errors);
        Assert.DoesNotContain("   at ", errors);
    }

    [Theory]
    [InlineData("quiet", false), InlineData("normal", false), InlineData("detailed", false), InlineData("debug", true)]
    public async Task An_error_of_the_user_has_a_stack_trace_at_debug_alone(string verbosity, bool hasTrace)
    {
        var (code, output, errors) = await Run("export", "--checkpoint", In("none.safetensors"), "--verbosity", verbosity);

        Assert.Equal(2, code);
        Assert.Empty(output);
        var lines = errors.TrimEnd('\n').Split('\n');
        Assert.StartsWith("error: ", lines[0]);
        Assert.Equal(hasTrace, errors.Contains("\n   at Pipeline.", StringComparison.Ordinal));
        Assert.Equal(hasTrace, lines.Length > 1);
    }

    [Fact]
    public async Task Quiet_leaves_results_and_warnings_and_log_txt_is_whole()
    {
        WriteFrames();
        File.Delete(In("kitti/training/label_2/000002.txt"));
        var (code, output, errors) = await Run([.. Finetune("o"), "--verbosity", "quiet"]);

        Assert.True(code == 0, errors);
        var lines = output.TrimEnd('\n').Split('\n');
        Assert.Equal(In("o/last.safetensors"), lines[^1]);
        Assert.All(lines[..^1], line => Assert.Matches("^(Car|Truck|Cyclist) +(no object|[01][.][0-9]+)$", line));
        Assert.All(errors.TrimEnd('\n').Split('\n'), line => Assert.StartsWith("warning: ", line));
        var log = File.ReadAllText(In("o/log.txt"));
        Assert.Contains("Z epoch 1/1: loss ", log);
        Assert.Contains("Z warning: ", log);
    }

    [Fact]
    public async Task Normal_says_how_it_gets_on_with_the_name_of_the_run_and_detailed_says_more()
    {
        WriteFrames();
        var normal = await Run(Finetune("a"));
        var detailed = await Run([.. Finetune("b"), "--verbosity", "detailed"]);

        Assert.Equal((0, 0), (normal.Code, detailed.Code));
        Assert.Contains("finetune epoch 1/1: loss ", normal.Output);
        Assert.Contains("finetune epoch 1/1: loss ", detailed.Output);
        Assert.True(detailed.Errors.Length > normal.Errors.Length, detailed.Errors);
        Assert.Contains(In("detector.json"), detailed.Errors);
        Assert.DoesNotContain("   at ", normal.Errors + detailed.Errors);
    }

    [Fact]
    public async Task A_result_as_JSON_stays_alone_on_the_standard_output()
    {
        var (code, output, errors) = await Run(
            "import", "--weights", FieldCases.Path("checkpoints/control-plain.pth"), "--output", In("a.safetensors"),
            "--json", "--verbosity", "debug");

        Assert.True(code == 0, errors);
        using var report = JsonDocument.Parse(output);
        Assert.Equal(JsonValueKind.Object, report.RootElement.ValueKind);
        Assert.Contains("a.safetensors", errors);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static IEnumerable<string[]> Below(Command command, string[] path)
    {
        yield return path;
        foreach (var deeper in command.Subcommands.SelectMany(below => Below(below, [.. path, below.Name])))
        {
            yield return deeper;
        }
    }

    private string In(string name) => Path.Combine(folder, name);

    private void WriteFrames() =>
        StreetSceneWriter.WriteKitti(In("kitti"), new StreetSceneOptions { WidthPixels = 192, HeightPixels = 96 }, 0, 5);

    private string[] Finetune(string output)
    {
        File.WriteAllText(In("detector.json"), """
            {
              "labels": ["Car", "Truck", "Cyclist"], "milestones": [], "backboneWeights": "none",
              "detector": {
                "backbone": { "architecture": "resnet18", "widthMultiplier": 0.0625 }, "fpnChannels": 8, "boxHeadChannels": 16,
                "minSizePixels": 48, "maxSizePixels": 96
              }
            }
            """);
        return
        [
            "finetune", "--preset", "small", "--data", In("kitti"), "--output", In(output),
            "--config", In("detector.json"), "--epochs", "1",
        ];
    }

    private static Task<(int Code, string Output, string Errors)> Run(params string[] arguments) =>
        TrainingProgram.Run(TestContext.Current.CancellationToken, arguments);
}
