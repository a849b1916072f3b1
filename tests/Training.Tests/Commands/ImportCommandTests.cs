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

    [Theory]
    [InlineData("--input-std: '0,1,1' is refused", "--input-std", "0,1,1")]
    [InlineData("--input-mean: '1,2' is refused", "--input-mean", "1,2")]
    [InlineData("--input-mean: '1,2,nan' is refused", "--input-mean", "1,2,nan")]
    [InlineData("--input-std mean nothing with --as detector", "--as", "detector", "--labels", "A", "--input-order", "bgr")]
    public async Task What_a_network_takes_as_an_image_must_be_right(string words, params string[] options)
    {
        Write("");

        var (code, _, errors) = await Import(options);

        Assert.Equal(2, code);
        Assert.Contains(words, errors);
        Assert.False(File.Exists(In("out.safetensors")));
    }

    [Fact]
    public async Task Bytes_that_are_called_onnx_are_refused_and_nothing_is_written()
    {
        File.WriteAllBytes(In("a.onnx"), [0x08, 0x08, 0x12, 0x7F, 0x61]);

        var (code, _, errors) = await TrainingProgram.Run(
            TestContext.Current.CancellationToken, "import", "--weights", In("a.onnx"), "--output", In("out.safetensors"));

        Assert.Equal(2, code);
        Assert.StartsWith($"error: {In("a.onnx")}: this is not an ONNX model, or it is cut off or damaged", errors);
        Assert.Single(errors.TrimEnd('\n').Split('\n'));
        Assert.False(File.Exists(In("out.safetensors")));
    }

    [Fact]
    public async Task ImageNets_weights_are_imported_by_their_name()
    {
        var (code, output, errors) = await TrainingProgram.Run(
            TestContext.Current.CancellationToken, "import", "--weights", "imagenet", "--output", In("out.safetensors"));

        Assert.True(code == 0, errors);
        Assert.Contains("(ONNX opset 8 of CNTK 2.6): resnet18, width 1, blocks 2, 2, 2, 3", output);
        Assert.Contains("mapped      110", output);
        Assert.Contains("unexpected  0", output);
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
