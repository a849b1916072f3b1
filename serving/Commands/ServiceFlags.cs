using System.CommandLine;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Listening;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Numbers;

namespace Pipeline.Serving.Commands;

/// <summary>The service's options on the command line.</summary>
internal sealed class ServiceFlags
{
    private static readonly ServiceOptions Defaults = new();
    private static readonly NumberRange<int> Versions = new(1, int.MaxValue);
    private static readonly NumberRange<long> BodyBytes = new(1, LimitOptions.LargestBodyBytes);
    private static readonly NumberRange<long> Pixels = new(1, LimitOptions.LargestPixels);
    private static readonly NumberRange<int> SidePixels = new(1, LimitOptions.LargestSidePixels);

    private readonly Option<string> models = new("--models")
    {
        DefaultValueFactory = _ => Defaults.Repository.Models,
        Description = "Folder of the model repository.",
    };

    private readonly Option<string?> model = new("--model")
    {
        Description = "Name of the only model to serve; all of the repository when omitted.",
    };

    private readonly Option<int?> version = NumberOption.Optional(
        "--model-version", Versions, "Version of the model; the newest when omitted.");

    private readonly Option<string> url = new("--url")
    {
        DefaultValueFactory = _ => Defaults.Listen.Url,
        Description = ListenAddress.Help,
    };

    private readonly Option<long> bodyBytes = NumberOption.Create(
        "--max-body-bytes", BodyBytes, Defaults.Limits.MaxBodyBytes, "Longest request body in bytes.");

    private readonly Option<long> pixels = NumberOption.Create(
        "--max-pixels", Pixels, Defaults.Limits.MaxPixels, "Most pixels of an image.");

    private readonly Option<int> sidePixels = NumberOption.Create(
        "--max-side-pixels", SidePixels, Defaults.Limits.MaxSidePixels, "Longest side of an image; the model may accept less.");

    /// <summary>Adds the options in the order of the help.</summary>
    public void AddTo(Command command)
    {
        Option[] all = [models, model, version, url, bodyBytes, pixels, sidePixels];
        foreach (var option in all)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The options as they were typed, or their defaults.</summary>
    public ServiceOptions Read(ParseResult parsed) => new()
    {
        Repository = Defaults.Repository with
        {
            Models = parsed.GetValue(models)!,
            Model = parsed.GetValue(model),
            Version = parsed.GetValue(version),
        },
        Listen = Defaults.Listen with { Url = parsed.GetValue(url)! },
        Limits = Defaults.Limits with
        {
            MaxBodyBytes = parsed.GetValue(bodyBytes),
            MaxPixels = parsed.GetValue(pixels),
            MaxSidePixels = parsed.GetValue(sidePixels),
        },
        Verbosity = VerbosityOption.Of(parsed),
    };
}
