using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Serving.Tests.Programs;

/// <summary><c>--verbosity</c> of <c>pipeline-serve</c>, with real processes.</summary>
public sealed class VerbosityTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("verbosity").FullName;

    [Theory]
    [InlineData]
    [InlineData("config")]
    [InlineData("detect")]
    [InlineData("evaluate")]
    [InlineData("evaluate", "merge")]
    [InlineData("evaluate", "compare")]
    [InlineData("score")]
    [InlineData("results", "convert")]
    [InlineData("results", "check")]
    [InlineData("results", "submission")]
    public void Every_command_takes_it_and_refuses_another_value(params string[] path)
    {
        using var host = ProgramHost.Build(ServiceCommand.Root(), ServiceCommand.AddCommands);
        var command = host.Services.GetRequiredService<RootCommand>();
        using var help = new StringWriter();

        Assert.Equal(0, command.Parse([.. path, "--help"]).Invoke(new InvocationConfiguration { Output = help }));
        Assert.Contains("--verbosity <debug|detailed|normal|quiet>", help.ToString());
        Assert.Contains(command.Parse([.. path, "--verbosity", "loud"]).Errors, error => error.Message.Contains("'loud'"));
    }

    [Fact]
    public void No_command_is_missing_above()
    {
        using var host = ProgramHost.Build(ServiceCommand.Root(), ServiceCommand.AddCommands);
        var commands = host.Services.GetRequiredService<RootCommand>().Subcommands;

        Assert.Equal(
            [
                "config", "detect", "evaluate", "evaluate merge", "evaluate compare", "score",
                "results convert", "results check", "results submission",
            ],
            commands.SelectMany(Paths));
    }

    /// <summary>What is typed for a command and for those below it; "results" alone does nothing.</summary>
    private static IEnumerable<string> Paths(Command command)
    {
        string[] below = [.. command.Subcommands.Select(inner => $"{command.Name} {inner.Name}")];
        return command.Action is null ? below : [command.Name, .. below];
    }

    [Fact]
    public async Task Another_value_is_refused_with_exit_code_2()
    {
        var end = await Run("--verbosity", "loud");

        Assert.Equal(2, end.Code);
        Assert.Empty(end.Output);
        Assert.StartsWith("error: --verbosity: ", end.Errors);
    }

    [Theory]
    [InlineData("normal", false), InlineData("detailed", false), InlineData("debug", true)]
    public async Task A_users_error_has_a_stack_trace_only_at_debug(string verbosity, bool hasTrace)
    {
        string[][] commands = [["--models", In("none")], ["evaluate", "--model", In("none"), "--data", In("none")]];
        foreach (var command in commands)
        {
            var end = await Run([.. command, "--verbosity", verbosity]);

            Assert.Equal(2, end.Code);
            Assert.StartsWith("error: ", end.Errors);
            Assert.Equal(hasTrace, end.Errors.Contains("\n   at Pipeline.", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Standard_output_holds_nothing_but_the_detections()
    {
        var model = TinyModel.Export(root);
        var size = new StreetSceneOptions { WidthPixels = 192, HeightPixels = 96 };
        StreetSceneWriter.WriteKitti(In("kitti"), size, 0, 1, cancellation: Cancellation);
        var image = In("kitti/training/image_2/000000.png");

        var end = await Run("detect", "--model", model, image, "--verbosity", "detailed");
        var normal = await Run("detect", "--model", model, image);

        Assert.True(end.Code == 0, end.Errors);
        using var line = JsonDocument.Parse(end.Output);
        Assert.Equal(image, line.RootElement.GetProperty("image").GetString());
        Assert.Matches("000000.png: 192 x 96 pixels, [0-9]+ detections, [0-9]+ ms\n$", end.Errors);
        Assert.Empty(normal.Errors);
    }

    [Theory]
    [InlineData("normal", false), InlineData("detailed", true)]
    public async Task The_progress_of_an_evaluation_is_shown_from_detailed_on(string verbosity, bool isShown)
    {
        var model = TinyModel.Export(root);
        var size = new StreetSceneOptions { WidthPixels = 192, HeightPixels = 96 };
        StreetSceneWriter.WriteKitti(In("kitti"), size, 0, 3, cancellation: Cancellation);

        var end = await Run("evaluate", "--model", model, "--data", In("kitti"), "--batch", "2", "--verbosity", verbosity);

        Assert.True(end.Code == 0, end.Errors);
        Assert.Equal(isShown, end.Errors.Contains("2 of 3 images\n3 of 3 images\n", StringComparison.Ordinal));
        Assert.DoesNotContain(" of 3 images", end.Output);
    }

    [Theory]
    [InlineData("quiet", false, false), InlineData("normal", true, false), InlineData("debug", true, true)]
    public async Task The_service_logs_what_its_verbosity_asks_for(string verbosity, bool logsFaults, bool logsRequests)
    {
        TinyModel.Export(root);
        using var service = await ServiceProcess.Start(root, Cancellation, "--verbosity", verbosity);
        using var client = new HttpClient();
        await client.GetAsync(new Uri(service.Address, "/nope"), Cancellation);

        var end = await service.End("TERM", Cancellation);

        Assert.Equal(0, end.Code);
        Assert.Equal(logsFaults, end.Output.Contains(" info: Pipeline.Serving.Faults.RequestFaults[1] GET /nope: 404: "));
        Assert.Equal(logsRequests, end.Output.Contains(" info: Microsoft.AspNetCore."));
        Assert.DoesNotContain("   at ", end.Output);
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string In(string name) => Path.Combine(root, name);

    private static Task<ProgramEnd> Run(params string[] arguments) =>
        BuiltPrograms.Run(BuiltPrograms.Start(BuiltPrograms.Serve, arguments), Cancellation);
}
