using Pipeline.Training.Checkpoints.Pth;
using Pipeline.Training.Tests.Checkpoints.Import;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Commands;

public sealed class ImportCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("importcommand").FullName;

    [Theory]
    [InlineData("--ema means nothing with --as contrastive", "--as", "contrastive", "--ema")]
    [InlineData("--ema means nothing with --as detector", "--as", "detector", "--labels", "A", "--ema")]
    [InlineData("--labels means nothing with --as backbone; it goes with --as detector", "--labels", "A,B")]
    [InlineData("--norm-epsilon means nothing with --as backbone", "--norm-epsilon", "0")]
    public async Task C10_options_that_mean_nothing_are_refused(string words, params string[] options)
    {
        Write("");

        var (code, _, errors) = await Import(options);

        Assert.Equal(2, code);
        Assert.Contains(words, errors);
        Assert.False(File.Exists(In("out.safetensors")));
    }

    [Fact]
    public async Task C6_names_with_line_feeds_keep_the_report_s_lines()
    {
        Write("a\nb.");

        var (code, output, errors) = await Import();

        Assert.True(code == 0, errors);
        Assert.Contains("network     a\\nb.", output.Split('\n'));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Write(string prefix)
    {
        using var scope = NewDisposeScope();
        PthWriter.Write(In("a.pth"), ForeignFile.Behind(prefix, ForeignFile.Weights()));
    }

    private Task<(int Code, string Output, string Errors)> Import(params string[] options) => TrainingProgram.Run(
        TestContext.Current.CancellationToken, ["import", "--weights", In("a.pth"), "--output", In("out.safetensors"), .. options]);

    private string In(string name) => Path.Combine(folder, name);
}
