using System.CommandLine;
using Pipeline.Serving;
using Pipeline.Serving.Commands;
using Pipeline.Shared;
using Pipeline.Shared.Commands;

var defaults = new ServiceOptions();
var models = new Option<string>("--models") { DefaultValueFactory = _ => defaults.Models, Description = "The model repository." };
var model = new Option<string?>("--model") { Description = "The model; may be left out when there is only one." };
var version = new Option<int?>("--model-version") { Description = "The version; the newest when left out." };
var url = new Option<string>("--url") { DefaultValueFactory = _ => defaults.Url, Description = "Where to listen." };
var root = new RootCommand("Serves an exported detector over HTTP.\n\nExample:\n  pipeline-serve --models models --url http://127.0.0.1:8080")
{
    models, model, version, url, DetectCommand.Create(), EvaluateCommand.Create(),
};
root.SetAction(async (result, cancellation) =>
{
    await using var app = DetectionService.Build(defaults with
    {
        Models = result.GetValue(models)!,
        Model = result.GetValue(model),
        Version = result.GetValue(version),
        Url = result.GetValue(url)!,
    });
    try
    {
        await app.StartAsync(cancellation);
    }
    catch (IOException exception) when (exception.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
    {
        throw new UserErrorException($"{exception.Message} Choose another with --url.", exception);
    }

    Console.WriteLine($"listening on {string.Join(", ", app.Urls)}");
    await app.WaitForShutdownAsync(cancellation);
    return 0;
});
return await CommandRunner.RunAsync(root, args);
