using System.CommandLine;
using Pipeline.Serving.Commands;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Listening;
using Pipeline.Serving.Observability;
using Pipeline.Shared.Commands;

namespace Pipeline.Serving;

/// <summary>The program's command line: the service itself, and the commands that work on files.</summary>
internal static class ServiceCommand
{
    private const string Description = """
        Serves exported detectors over HTTP and gRPC.

        Options come from the file of --config, from the environment (PIPELINE__BATCHING__MAXBATCHSIZE=4) and from the command line; the
        last one wins. pipeline-serve config prints those that result.

        Examples:
          pipeline-serve --models models --url http://127.0.0.1:8000
          pipeline-serve --config service.json --max-batch-size 4
        """;

    /// <summary>What the program does without a command: it runs the service.</summary>
    public static RootCommand Root()
    {
        var flags = new ServiceFlags();
        var root = new RootCommand(Description);
        flags.AddTo(root);
        ServiceHelp.AddTo(root);
        root.Add(new ConfigCommand(flags).Create());
        root.SetAction((parsed, cancellation) => RunAsync(flags.Read(parsed).Build(), cancellation));
        return root;
    }

    /// <summary>Adds the commands that work on files.</summary>
    public static void AddCommands(IServiceCollection services) => services
        .AddSingleton(TimeProvider.System)
        .AddSingleton<EvaluationConsole>()
        .AddSingleton<EvaluationOutput>()
        .AddSingleton<IProgramCommand, DetectCommand>()
        .AddSingleton<IProgramCommand, EvaluateCommand>()
        .AddSingleton<IProgramCommand, ScoreCommand>()
        .AddSingleton<IProgramCommand, ResultsCommand>()
        .AddSingleton<ConvertResultsCommand>()
        .AddSingleton<SubmissionCommand>();

    private static async Task<int> RunAsync(ServiceOptions options, CancellationToken cancellation)
    {
        SteadyOutput.Install();
        await using var app = DetectionService.Build(options);
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (Exception exception) when (ListenFailure.Of(exception, options.Listen.Url) is { } failure)
        {
            throw failure;
        }

        var http = ListenAddress.ReadAll(options.Listen.Url).Count;
        Console.WriteLine($"listening on {string.Join(", ", app.Urls.Take(http))}");
        if (app.Urls.Count > http)
        {
            var own = options.Listen.MetricsUrl is null ? "gRPC" : "gRPC and metrics";
            Console.WriteLine($"{own} on {string.Join(", ", app.Urls.Skip(http))}");
        }

        await WaitForEndAsync(app, cancellation);
        await app.StopAsync(CancellationToken.None);   // within the time that the options allow
        return 0;
    }

    /// <summary>Until a signal, or until a part of the service cannot go on.</summary>
    private static async Task WaitForEndAsync(WebApplication app, CancellationToken cancellation)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var onSignal = cancellation.Register(() => end.TrySetResult());
        await using var onFailure = app.Lifetime.ApplicationStopping.Register(() => end.TrySetResult());
        await end.Task;
    }
}
