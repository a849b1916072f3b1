using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Shared.Commands;

namespace Pipeline.Shared.Tests.Commands;

public sealed class ProgramHostTests
{
    [Fact]
    public void Commands_come_from_the_container_in_the_order_in_which_they_were_added()
    {
        using var host = ProgramHost.Build(new RootCommand("A program."), services => services
            .AddSingleton<IProgramCommand, SecondCommand>()
            .AddSingleton<IProgramCommand, FirstCommand>());

        var commands = host.Services.GetRequiredService<RootCommand>().Subcommands;

        Assert.Equal(["second", "first"], commands.Select(command => command.Name));
    }

    [Fact]
    public void Neither_the_current_folder_nor_the_environment_configures_it()
    {
        using var host = ProgramHost.Build(new RootCommand("A program."), _ => { });

        var settings = host.Services.GetRequiredService<IConfiguration>().AsEnumerable().Select(setting => setting.Key);
        Assert.DoesNotContain(settings, key => !key.Equals(HostDefaults.ContentRootKey, StringComparison.OrdinalIgnoreCase));
        Assert.Equal(AppContext.BaseDirectory, host.Services.GetRequiredService<IHostEnvironment>().ContentRootPath);
        Assert.IsType<TerminationSignals>(host.Services.GetRequiredService<IHostLifetime>());
    }

    [Theory]
    [InlineData(Verbosity.Quiet, LogLevel.Warning), InlineData(Verbosity.Normal, LogLevel.Information)]
    [InlineData(Verbosity.Detailed, LogLevel.Debug), InlineData(Verbosity.Debug, LogLevel.Trace)]
    public void A_command_s_logger_is_asked_for_no_more_than_the_console_shows(Verbosity verbosity, LogLevel least)
    {
        using var host = ProgramHost.Build(new RootCommand("A program."), _ => { });
        var logger = host.Services.GetRequiredService<ILogger<ProgramHostTests>>();
        host.Services.GetRequiredService<ConsoleLog>().Verbosity = verbosity;

        var shown = Enum.GetValues<LogLevel>().Where(logger.IsEnabled);

        Assert.Equal(Enum.GetValues<LogLevel>().Where(level => level >= least && level != LogLevel.None), shown);
    }

    private sealed class FirstCommand : IProgramCommand
    {
        public Command Create() => new("first", "One.");
    }

    private sealed class SecondCommand : IProgramCommand
    {
        public Command Create() => new("second", "Two.");
    }
}
