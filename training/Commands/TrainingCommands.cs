using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Shared.Commands;

namespace Pipeline.Training.Commands;

/// <summary>What <c>pipeline-train</c> can do.</summary>
internal static class TrainingCommands
{
    /// <summary>The program without its commands.</summary>
    public static RootCommand Root() =>
        new("Trains object detectors on images of your own domain and exports them for pipeline-serve.");

    /// <summary>Adds the commands, in the order of the help.</summary>
    public static void Add(IServiceCollection services) => services
        .AddSingleton<ConsoleProgress>()
        .AddSingleton<SynthCommand>()
        .AddSingleton<SplitCommand>()
        .AddSingleton<CheckCommand>()
        .AddSingleton<ConvertCommand>()
        .AddSingleton<ShowCommand>()
        .AddSingleton<NuImagesCommand>()
        .AddSingleton<IProgramCommand, DemoCommand>()
        .AddSingleton<IProgramCommand, DataCommand>()
        .AddSingleton<IProgramCommand, ImportCommand>()
        .AddSingleton<IProgramCommand, PretrainCommand>()
        .AddSingleton<IProgramCommand, ProbeCommand>()
        .AddSingleton<IProgramCommand, FinetuneCommand>()
        .AddSingleton<IProgramCommand, ExportCommand>()
        .AddSingleton<IProgramCommand, DoctorCommand>();
}
