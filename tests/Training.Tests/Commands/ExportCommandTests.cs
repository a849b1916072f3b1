using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Shared;
using Pipeline.Shared.Commands;
using Pipeline.Training.Commands;

namespace Pipeline.Training.Tests.Commands;

/// <summary>What <c>export</c> refuses before it reads the checkpoint, which here is missing.</summary>
public sealed class ExportCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("export").FullName;

    [Theory]
    [InlineData("--precision int8", "--precision int8 needs --calibration: a folder of")]
    [InlineData("--calibration FOLDER", "only int8 is calibrated, and --precision is fp32")]
    [InlineData("--precision fp16 --calibration FOLDER", "only int8 is calibrated, and --precision is fp16")]
    [InlineData("--precision int8 --calibration FOLDER/empty", "there is no image in it or below it")]
    [InlineData("--precision int8 --calibration FOLDER/nowhere", "there is no such folder")]
    [InlineData("--precision int8 --calibration FOLDER/image.png", "this is one image")]
    [InlineData("--precision int8 --calibration FOLDER/images", "image.png: ")]
    [InlineData("--precision fp16 --winograd on", "choose --winograd off")]
    [InlineData("--samples FOLDER/empty", "there is no image in it or below it")]
    [InlineData("--samples FOLDER/nowhere", "there is no such folder")]
    [InlineData("--samples FOLDER/images", "image.png: ")]
    [InlineData("--samples FOLDER/images --data FOLDER", "one of the two")]
    [InlineData("--split val", "--split names images of --data")]
    [InlineData("--data FOLDER/nowhere", "nowhere")]
    public async Task What_does_not_fit_is_refused_before_any_work(string options, string reason)
    {
        var refused = await Assert.ThrowsAnyAsync<UserErrorException>(() => Run(options));

        Assert.Contains(reason, refused.Message);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.False(Directory.Exists(Path.Combine(folder, "models")));
    }

    [Theory]
    [InlineData("--precision int4", "int4")]
    [InlineData("--precision FP16", "FP16")]
    [InlineData("--winograd yes", "yes")]
    public void A_value_that_there_is_not_is_refused_by_the_parser(string options, string value) =>
        Assert.Contains(Parse(options).Errors, error => error.Message.Contains($"'{value}'", StringComparison.Ordinal));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private async Task Run(string options)
    {
        Directory.CreateDirectory(Path.Combine(folder, "empty"));
        Directory.CreateDirectory(Path.Combine(folder, "images"));
        File.WriteAllText(Path.Combine(folder, "image.png"), "no image");
        File.WriteAllText(Path.Combine(folder, "images", "image.png"), "no image");
        var parsed = Parse(options);
        Assert.Empty(parsed.Errors);
        await parsed.InvokeAsync(
            new InvocationConfiguration { EnableDefaultExceptionHandler = false }, TestContext.Current.CancellationToken);
    }

    private ParseResult Parse(string options)
    {
        var console = new ConsoleProgress(new ConsoleLines(), NullLogger<ConsoleProgress>.Instance);
        var command = new ExportCommand(console, NullLogger<ExportCommand>.Instance).Create();
        string[] needed = ["--checkpoint", Path.Combine(folder, "none.safetensors"), "--output", Path.Combine(folder, "models")];
        return command.Parse([.. needed, .. options.Replace("FOLDER", folder, StringComparison.Ordinal).Split(' ')]);
    }
}
