using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text;
using Pipeline.Serving.Configuration;

namespace Pipeline.Serving.Commands;

/// <summary>The help of the program itself, with the service's options in groups; its commands keep their own.</summary>
/// <param name="ofCommands">The help of a command.</param>
internal sealed class ServiceHelp(HelpAction ofCommands) : SynchronousCommandLineAction
{
    private const int LongestLine = 100;
    private const string Indent = "      ";

    /// <summary>Whoever asks for help gets it, whatever else is wrong.</summary>
    public override bool ClearsParseErrors => true;

    /// <summary>Puts this help in the place of the program's own.</summary>
    public static void AddTo(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new ServiceHelp((HelpAction)option.Action!);
    }

    /// <inheritdoc />
    public override int Invoke(ParseResult parseResult)
    {
        if (parseResult.CommandResult.Command is not RootCommand root)
        {
            return ofCommands.Invoke(parseResult);
        }

        parseResult.InvocationConfiguration.Output.Write(Text(root));
        return 0;
    }

    /// <summary>The whole help.</summary>
    internal static string Text(RootCommand root)
    {
        var text = new StringBuilder();
        text.AppendLine(root.Description).AppendLine();
        text.AppendLine("Usage:").AppendLine("  pipeline-serve [options]").AppendLine("  pipeline-serve <command> --help").AppendLine();
        text.AppendLine("Commands:");
        foreach (var command in root.Subcommands)
        {
            text.AppendLine($"  {command.Name,-10} {FirstLine(command.Description)}");
        }

        text.AppendLine();
        AppendOptions(text, root);
        return text.ToString();
    }

    private static void AppendOptions(StringBuilder text, RootCommand root)
    {
        var settings = ServiceSetting.All.ToDictionary(setting => setting.Flag);
        var common = root.Options.Where(option => !settings.TryGetValue(option.Name, out var setting) || setting.Group.Length == 0);
        text.AppendLine("Options:");
        foreach (var option in common)
        {
            Append(text, option.Name + Values(option), option.Description ?? "", "");
        }

        foreach (var group in ServiceSetting.All.Where(setting => setting.Group.Length > 0).GroupBy(setting => setting.Group))
        {
            text.AppendLine().AppendLine($"Options of {group.Key}:");
            foreach (var setting in group)
            {
                Append(text, Name(setting), $"{setting.Description} [{setting.Accepted}]", setting.Default);
            }
        }
    }

    /// <summary>The flag; for a secret, which has none, its variable.</summary>
    private static string Name(ServiceSetting setting) => setting.IsSecret ? setting.Variable : $"{setting.Flag} ({setting.Path.Key})";

    private static void Append(StringBuilder text, string name, string description, string defaultValue)
    {
        text.AppendLine($"  {name}{(defaultValue.Length > 0 ? $" = {defaultValue}" : "")}");
        foreach (var line in Lines(description))
        {
            text.Append(Indent).AppendLine(line);
        }
    }

    private static IEnumerable<string> Lines(string description)
    {
        var line = new StringBuilder();
        foreach (var word in description.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + word.Length + Indent.Length >= LongestLine)
            {
                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        yield return line.ToString();
    }

    /// <summary>The only values that an option takes, as <c> &lt;a|b&gt;</c>; empty when there are others.</summary>
    private static string Values(Option option)
    {
        var values = option.ValueType == typeof(string) ? option.GetCompletions(CompletionContext.Empty).Select(value => value.Label) : [];
        var text = string.Join('|', values);
        return text.Length > 0 ? $" <{text}>" : "";
    }

    private static string FirstLine(string? description) => (description ?? "").Split('\n')[0];
}
