using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Shared.Commands;
using Pipeline.Training.Commands;

namespace Pipeline.Serving.Tests.Documentation;

/// <summary>The real parsers of both programs, for the command lines that the pages show.</summary>
public sealed class ProgramParsers : IDisposable
{
    private const string Train = "pipeline-train";
    private const string Serve = "pipeline-serve";

    private readonly IHost trainHost = ProgramHost.Build(TrainingCommands.Root(), TrainingCommands.Add);
    private readonly IHost serveHost = ProgramHost.Build(ServiceCommand.Root(), ServiceCommand.AddCommands);

    /// <summary>What is wrong with a command line; empty when nothing is, or when it runs another program.</summary>
    public IReadOnlyList<string> Errors(string line)
    {
        if (Find(ShellWords.Split(line)) is not { } call)
        {
            return [];
        }

        var parsed = call.Root.Parse(call.Arguments);
        return [.. parsed.Errors.Select(error => error.Message)];
    }

    /// <summary>Whether a command line runs one of the two programs.</summary>
    public bool IsOurs(string line) => Find(ShellWords.Split(line)) is not null;

    /// <summary>
    /// Options in a code span that its command does not have. A span may omit the program's name, required options and values:
    /// <c>finetune --label-map A=B</c>.
    /// </summary>
    public IReadOnlyList<string> UnknownOptions(string span)
    {
        var words = span.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var call = Find(words) ?? FindCommand(words);
        if (call is null)
        {
            return [];
        }

        var command = Descend(call.Root, call.Arguments);
        var known = Names(call.Root).Concat(Names(command)).ToHashSet();
        var options = call.Arguments.Where(word => word.StartsWith("--", StringComparison.Ordinal));
        return [.. options.Select(word => word.Split('=')[0].TrimEnd(',', ';')).Where(name => !known.Contains(name))];
    }

    public void Dispose()
    {
        trainHost.Dispose();
        serveHost.Dispose();
    }

    private RootCommand TrainRoot => trainHost.Services.GetRequiredService<RootCommand>();

    private RootCommand ServeRoot => serveHost.Services.GetRequiredService<RootCommand>();

    private static IEnumerable<string> Names(Command command) => command.Options.Select(option => option.Name);

    private static Command Descend(Command command, IEnumerable<string> words)
    {
        foreach (var word in words)
        {
            if (command.Subcommands.FirstOrDefault(inner => inner.Name == word) is not { } next)
            {
                return command;
            }

            command = next;
        }

        return command;
    }

    /// <summary>A call by the program's name, or by <c>dotnet run --project … --</c>.</summary>
    private Call? Find(string[] words)
    {
        if (words is [Train, .. var trainArguments])
        {
            return new Call(TrainRoot, trainArguments);
        }

        if (words is [Serve, .. var serveArguments])
        {
            return new Call(ServeRoot, serveArguments);
        }

        if (words is ["dotnet", "run", "--project", var project, "-c", "Release", "--", .. var arguments])
        {
            return project switch
            {
                "training" => new Call(TrainRoot, arguments),
                "serving" => new Call(ServeRoot, arguments),
                _ => null,
            };
        }

        return null;
    }

    /// <summary>A call by the command alone.</summary>
    private Call? FindCommand(string[] words)
    {
        var root = new[] { TrainRoot, ServeRoot }.FirstOrDefault(root => Descend(root, words) != root);
        return root is null ? null : new Call(root, words);
    }

    private sealed record Call(RootCommand Root, string[] Arguments);
}
