using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.Extensions.Logging;
using Pipeline.Shared;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Configuration;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Commands;

/// <summary>A command whose options lie over a configuration: preset, file, environment, command line.</summary>
/// <typeparam name="T">The options' record.</typeparam>
/// <param name="name">The command.</param>
/// <param name="defaultPreset">Where its settings begin.</param>
/// <param name="log">The console's.</param>
internal sealed class ConfigurationOptions<T>(string name, string defaultPreset, ILogger log)
    where T : class, ILayeredOptions
{
    private readonly List<(Option Option, Action<ParseResult, LayeredConfiguration<T>> Apply)> options = [];

    /// <summary>An option that sets a key when it is given; what is typed is read as the key's type and within its range.</summary>
    public Option<string> Add(string option, string key, string description)
    {
        var setting = SettingPath.Find(typeof(T), option, key.Split('.'));
        var added = new Option<string>(option) { Description = description + TypedSetting.RangeText(setting) };
        return Given(added, (configuration, text) => configuration.Typed(option, setting, [text]));
    }

    /// <summary>An option that takes several values and sets a list.</summary>
    public void AddList(string option, string key, string description)
    {
        var setting = SettingPath.Find(typeof(T), option, key.Split('.'));
        var added = new Option<string[]>(option) { Description = description, AllowMultipleArgumentsPerToken = true };
        Given(added, (configuration, texts) => configuration.Typed(option, setting, texts));
    }

    /// <summary>An option that takes several names, of any text, and sets a list.</summary>
    public void AddNames(string option, string key, string description)
    {
        var added = new Option<string[]>(option) { Description = description, AllowMultipleArgumentsPerToken = true };
        Given(added, (configuration, names) => configuration.Option(option, key, names));
    }

    /// <summary>An option that is given once for each entry, as NAME=NAME, and sets a dictionary.</summary>
    public void AddMap(string option, string key, string description)
    {
        var added = new Option<string[]>(option) { Description = description };
        Given(added, (configuration, texts) => configuration.Option(option, key, NamePairs.Read(option, texts)));
    }

    /// <summary>Sets something in the configuration when the option is given.</summary>
    private Option<TValue> Given<TValue>(Option<TValue> option, Action<LayeredConfiguration<T>, TValue> apply)
    {
        options.Add((option, Apply));
        return option;

        void Apply(ParseResult result, LayeredConfiguration<T> configuration)
        {
            if (result.GetResult(option) is OptionResult { Implicit: false })
            {
                apply(configuration, result.GetValue(option)!);
            }
        }
    }

    /// <summary>
    /// A command that can resume the run in the folder of an option; that run's configuration then replaces the preset.
    /// </summary>
    public Command Resumable(string description, Option<string> folder, Action<T, bool, CancellationToken> run)
    {
        var resume = new Option<bool>("--resume") { Description = $"Resume the run in {folder.Name}, as if it had never stopped." };
        return Command(
            description,
            resume,
            (options, result, cancellation) => run(options, result.GetValue(resume), cancellation),
            result => result.GetValue(resume) ? Configuration(result.GetValue(folder)) : null);

        string Configuration(string? path) => path is null
            ? throw new UserErrorException($"--resume: name the run's folder with {folder.Name}.")
            : RunFolder.Configuration(path, name);
    }

    private Command Command(
        string description, Option<bool> resume, Action<T, ParseResult, CancellationToken> run, Func<ParseResult, string?> resumed)
    {
        var presets = PresetFiles.Names(typeof(T).Assembly, name);
        var preset = new Option<string>("--preset")
        {
            DefaultValueFactory = _ => defaultPreset,
            Description = $"Base of the settings: {string.Join(", ", presets)}.",
        };
        var config = new Option<string?>("--config") { Description = "JSON file, comments allowed, applied over the preset." };
        var command = new Command(
            name,
            description
                + "\n\nSettings come from the preset, the file of --config, the environment (PIPELINE__LEARNINGRATE=0.01) and the "
                + "command line, the last one wins.")
        {
            preset, config, resume,
        };
        foreach (var (option, _) in options)
        {
            command.Add(option);
        }

        command.SetAction((result, cancellation) =>
        {
            var resumedFile = resumed(result);
            var start = resumedFile is not null
                ? new LayeredConfiguration<T>().File(resumedFile)
                : new LayeredConfiguration<T>().Preset(name, result.GetValue(preset)!);
            log.Detail($"settings: {resumedFile ?? $"preset {result.GetValue(preset)}"}, {result.GetValue(config) ?? "no file"} over it");
            var configuration = start.File(result.GetValue(config)).Environment(System.Environment.GetEnvironmentVariables());
            foreach (var (_, apply) in options.OrderBy(entry => Position(result, entry.Option)))
            {
                apply(result, configuration);
            }

            run(configuration.Build(), result, cancellation);
            return Task.FromResult(0);
        });
        return command;
    }

    /// <summary>Position of an option on the command line: later options are applied later.</summary>
    private static int Position(ParseResult result, Option option)
    {
        for (var index = result.Tokens.Count - 1; index >= 0; index--)
        {
            var token = result.Tokens[index];
            if (token.Type == TokenType.Option && token.Value == option.Name)
            {
                return index;
            }
        }

        return -1;
    }
}
