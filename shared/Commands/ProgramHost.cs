using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pipeline.Shared.Commands;

/// <summary>The Generic Host of a command-line program: container, console log, and signals as its lifetime.</summary>
public static class ProgramHost
{
    /// <summary>Builds the host; it reads neither settings files in the current folder nor environment variables.</summary>
    /// <param name="root">Describes the program.</param>
    /// <param name="addCommands">Adds each <see cref="IProgramCommand"/> and its dependencies.</param>
    public static IHost Build(RootCommand root, Action<IServiceCollection> addCommands)
    {
        ArgumentNullException.ThrowIfNull(addCommands);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings
        {
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Logging.SetMinimumLevel(LogLevel.Trace);   // ConsoleLog decides what is shown
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Services
            .AddSingleton<ConsoleLines>()
            .AddSingleton<ConsoleLog>()
            .AddSingleton<ILoggerProvider>(services => services.GetRequiredService<ConsoleLog>())
            .AddSingleton<IHostLifetime, TerminationSignals>()
            .AddSingleton(services => WithCommands(root, services.GetServices<IProgramCommand>()));
        addCommands(builder.Services);
        return builder.Build();
    }

    private static RootCommand WithCommands(RootCommand root, IEnumerable<IProgramCommand> commands)
    {
        foreach (var command in commands)
        {
            root.Add(command.Create());
        }

        root.Add(VerbosityOption.Create());
        return root;
    }
}
