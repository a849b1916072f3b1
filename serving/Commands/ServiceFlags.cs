using System.CommandLine;
using System.CommandLine.Parsing;
using Pipeline.Serving.Configuration;
using Pipeline.Shared;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Configuration;

namespace Pipeline.Serving.Commands;

/// <summary>
/// The service's options from their places, each over the one before: the defaults, the file of <c>--config</c>, the environment, the
/// command line. Every option of <see cref="ServiceOptions"/> has its flag here.
/// </summary>
internal sealed class ServiceFlags
{
    private static readonly ServiceSetting Verbosity = ServiceSetting.All.Single(setting => setting.Flag == VerbosityOption.Name);

    private readonly Option<string?> config = new("--config")
    {
        HelpName = "FILE",
        Description = "JSON file with options, comments allowed: {\"batching\": {\"maxBatchSize\": 4}}.",
    };

    private readonly IReadOnlyList<(ServiceSetting Setting, Option Option)> flags =
    [
        .. ServiceSetting.All
            .Where(setting => !setting.IsSecret && setting != Verbosity)   // every command has a flag for its verbosity
            .Select(setting => (setting, Create(setting))),
    ];

    /// <summary>Adds the flags in the order of the help.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(config);
        foreach (var (_, option) in flags)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The options from all places.</summary>
    /// <exception cref="UserErrorException">An option is unknown, of the wrong kind or out of its range; its place is named.</exception>
    public LayeredConfiguration<ServiceOptions> Read(ParseResult parsed)
    {
        var configuration = new LayeredConfiguration<ServiceOptions>()
            .File(parsed.GetValue(config))
            .Environment(Environment.GetEnvironmentVariables());
        foreach (var (setting, option) in flags)
        {
            if (parsed.GetResult(option) is OptionResult { Implicit: false } result)
            {
                configuration.Typed(setting.Flag, setting.Path, Texts(result));
            }
        }

        if (VerbosityOption.Typed(parsed) is { } verbosity)
        {
            configuration.Typed(VerbosityOption.Name, Verbosity.Path, [verbosity]);
        }

        return configuration;
    }

    private static Option Create(ServiceSetting setting)
    {
        Option option = setting.IsList
            ? new Option<string[]>(setting.Flag) { AllowMultipleArgumentsPerToken = true }
            : new Option<string>(setting.Flag) { Arity = setting.IsSwitch ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne };
        option.Description = $"{setting.Description} [{setting.Accepted}]";
        option.Validators.Add(result => Check(setting, result));
        return option;
    }

    private static void Check(ServiceSetting setting, OptionResult result)
    {
        try
        {
            new LayeredConfiguration<ServiceOptions>().Typed(setting.Flag, setting.Path, Texts(result));
        }
        catch (UserErrorException exception)
        {
            result.AddError(exception.Message);
        }
    }

    private static string[] Texts(OptionResult result) =>
        result.Tokens.Count > 0 ? [.. result.Tokens.Select(token => token.Value)] : ["true"];
}
