using System.CommandLine;
using Pipeline.Serving.Commands;
using Pipeline.Serving.Listening;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Numbers;

namespace Pipeline.Serving;

/// <summary>The program's command line: the service itself, with the commands that work on files below it.</summary>
internal static class ServiceCommand
{
    private const string Description = """
        Serves an exported detector over HTTP.

        Example:
          pipeline-serve --models models --url http://127.0.0.1:8080
        """;

    private static readonly NumberRange<int> Versions = new(1, int.MaxValue);
    private static readonly NumberRange<long> BodyBytes = new(1, 1_000_000_000);
    private static readonly NumberRange<long> Pixels = new(1, 500_000_000);
    private static readonly NumberRange<int> SidePixels = new(1, 65_535);

    /// <summary>The program as it is without a command: the service.</summary>
    public static RootCommand Root()
    {
        var defaults = new ServiceOptions();
        var limits = defaults.Limits;
        var models = new Option<string>("--models") { DefaultValueFactory = _ => defaults.Models, Description = "The model repository." };
        var model = new Option<string?>("--model") { Description = "The model; may be left out when there is only one." };
        var version = NumberOption.Optional("--model-version", Versions, "The version; the newest when omitted.");
        var url = new Option<string>("--url") { DefaultValueFactory = _ => defaults.Url, Description = ListenAddress.Help };
        var bytes = NumberOption.Create("--max-body-bytes", BodyBytes, limits.MaxFileBytes, "Longest body of a request.");
        var pixels = NumberOption.Create("--max-pixels", Pixels, limits.MaxPixels, "Most pixels of an image.");
        var side = NumberOption.Create(
            "--max-side-pixels", SidePixels, limits.MaxDimensionPixels, "Longest side of an image; the model may take less.");
        var root = new RootCommand(Description)
        {
            models, model, version, url, bytes, pixels, side,
        };
        root.SetAction((result, cancellation) => RunAsync(
            new ServiceOptions
            {
                Models = result.GetValue(models)!,
                Model = result.GetValue(model),
                Version = result.GetValue(version),
                Url = result.GetValue(url)!,
                Limits = new ImageLimits
                {
                    MaxFileBytes = result.GetValue(bytes),
                    MaxPixels = result.GetValue(pixels),
                    MaxDimensionPixels = result.GetValue(side),
                },
                Verbosity = VerbosityOption.Of(result),
            },
            cancellation));
        return root;
    }

    /// <summary>Adds the commands that work on files.</summary>
    public static void AddCommands(IServiceCollection services) => services
        .AddSingleton<IProgramCommand, DetectCommand>()
        .AddSingleton<IProgramCommand, EvaluateCommand>();

    private static async Task<int> RunAsync(ServiceOptions options, CancellationToken cancellation)
    {
        await using var app = DetectionService.Build(options);
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (Exception exception) when (ListenFailure.Of(exception, options.Url) is { } failure)
        {
            throw failure;
        }

        Console.WriteLine($"listening on {string.Join(", ", app.Urls)}");
        await app.WaitForShutdownAsync(cancellation);
        return 0;
    }
}
