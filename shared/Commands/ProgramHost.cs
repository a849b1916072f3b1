using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pipeline.Shared.Commands;

/// <summary>The Generic Host of a program of commands: container, log on the console, signals as its lifetime.</summary>
public static class ProgramHost
{
    /// <summary>Builds the host; neither a settings file of the current folder nor the environment changes it.</summary>
    /// <param name="root">What the program is for.</param>
    /// <param name="addCommands">Adds each <see cref="IProgramCommand"/>, and what they need.</param>
    public static IHost Build(RootCommand root, Action<IServiceCollection> addCommands)
    {
        ArgumentNullException.ThrowIfNull(addCommands);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings
        {
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Logging.SetMinimumLevel(LogLevel.Trace);   // what is shown, the console's log decides
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
