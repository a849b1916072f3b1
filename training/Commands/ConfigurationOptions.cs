using System.CommandLine;
using System.CommandLine.Parsing;
using Pipeline.Training.Configuration;

namespace Pipeline.Training.Commands;

/// <summary>A command whose options lie over a configuration: preset, file, environment, command line.</summary>
/// <typeparam name="T">The options' record.</typeparam>
internal sealed class ConfigurationOptions<T>(string name, string defaultPreset)
    where T : class
{
    private readonly List<(Option Option, Action<ParseResult, RunConfiguration<T>> Apply)> options = [];

    /// <summary>An option that sets a key when it is given.</summary>
    public Option<TValue> Add<TValue>(string option, string key, string description)
    {
        var added = new Option<TValue>(option) { Description = description, AllowMultipleArgumentsPerToken = typeof(TValue).IsArray };
        options.Add((added, (result, configuration) =>
        {
            if (result.GetResult(added) is OptionResult { Implicit: false })
            {
                configuration.Option(option, key, result.GetValue(added));
            }
        }
        ));
        return added;
    }

    public Command Command(string description, Action<T, CancellationToken> run)
    {
        var presets = RunConfiguration<T>.Presets(name);
        var preset = new Option<string>("--preset") { DefaultValueFactory = _ => defaultPreset, Description = $"Where the settings begin: {string.Join(", ", presets)}." };
        var config = new Option<string?>("--config") { Description = "JSON file, comments allowed, over the preset." };
        var command = new Command(name, description + "\n\nSettings come from the preset, the file of --config, the environment (PIPELINE__LEARNINGRATE=0.01) and the command line, the last one wins.") { preset, config };
        foreach (var (option, _) in options)
        {
            command.Add(option);
        }

        command.SetAction((result, cancellation) =>
        {
            var configuration = new RunConfiguration<T>().Preset(name, result.GetValue(preset)!).File(result.GetValue(config)).Environment(System.Environment.GetEnvironmentVariables());
            foreach (var (_, apply) in options)
            {
                apply(result, configuration);
            }

            run(configuration.Build(), cancellation);
            return Task.FromResult(0);
        });
        return command;
    }
}
