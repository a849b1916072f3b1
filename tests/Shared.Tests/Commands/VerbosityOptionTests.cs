using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Shared.Commands;

namespace Pipeline.Shared.Tests.Commands;

public sealed class VerbosityOptionTests
{
    [Theory]
    [InlineData(Verbosity.Normal, "list", "all")]
    [InlineData(Verbosity.Quiet, "list", "all", "--verbosity", "quiet")]
    [InlineData(Verbosity.Normal, "list", "--verbosity", "normal", "all")]
    [InlineData(Verbosity.Detailed, "--verbosity", "detailed", "list", "all")]
    [InlineData(Verbosity.Debug, "list", "all", "--verbosity=debug")]
    public void It_is_taken_before_and_behind_a_command(Verbosity expected, params string[] arguments)
    {
        using var host = Build();
        var parsed = Root(host).Parse(arguments);

        Assert.Empty(parsed.Errors);
        Assert.Equal(expected, VerbosityOption.Of(parsed));
    }

    [Theory]
    [InlineData("loud"), InlineData("3"), InlineData("Quiet"), InlineData("q")]
    public void Another_value_is_an_error_that_names_the_values(string value)
    {
        using var host = Build();
        var error = Assert.Single(Root(host).Parse(["list", "all", "--verbosity", value]).Errors);

        Assert.Contains($"'{value}'", error.Message);
        Assert.All(["quiet", "normal", "detailed", "debug"], name => Assert.Contains($"'{name}'", error.Message));
    }

    [Fact]
    public void Each_level_shows_what_the_one_before_shows()
    {
        var levels = Enum.GetValues<Verbosity>().Select(verbosity => verbosity.LeastLevel()).ToArray();

        Assert.Equal(levels.OrderDescending(), levels);
        Assert.Equal(4, levels.Distinct().Count());
        Assert.Equal([Verbosity.Debug], Enum.GetValues<Verbosity>().Where(verbosity => verbosity.ShowsStackTraces()));
    }

    private static IHost Build() =>
        ProgramHost.Build(new RootCommand("A program."), services => services.AddSingleton<IProgramCommand, ListCommand>());

    private static RootCommand Root(IHost host) => host.Services.GetRequiredService<RootCommand>();

    private sealed class ListCommand : IProgramCommand
    {
        public Command Create()
        {
            var all = new Command("all", "Everything.");
            all.SetAction(_ => 0);
            return new Command("list", "Lists.") { all };
        }
    }
}
