using System.Text.Json;

namespace Pipeline.Training.Tests.Commands;

/// <summary><c>data check</c> as a real process.</summary>
public sealed class DataCheckCommandTests : IDisposable
{
    private const string Fields = "0 0 0 20 30 80 70 1 1 1 1 1 1 0";
    private readonly CommandCases cases = new();

    [Fact]
    public async Task A_set_without_errors_ends_with_0_and_its_table()
    {
        var (code, output, errors) = await Check();

        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("Car", output);
        Assert.Contains("image sizes: all 192 x 96", output);
        Assert.Contains("kitti: 5 images", output);
        Assert.Contains("0 errors, 0 warnings", output);
    }

    [Fact]
    public async Task Warnings_alone_end_with_0_and_each_is_a_line()
    {
        File.AppendAllText(cases.Label("000000"), $"car {Fields}\nDontCare 0 0 0 20 30 20 70 1 1 1 1 1 1 0\n");
        File.Delete(cases.Label("000004"));

        var (code, output, errors) = await Check();

        var lines = errors.TrimEnd('\n').Split('\n');
        Assert.Equal(0, code);
        Assert.All(lines, line => Assert.StartsWith("warning: ", line));
        Assert.Contains(lines, line => line.Contains("the classes 'Car'", StringComparison.Ordinal));
        Assert.Contains($"0 errors, {lines.Length} warnings", output);
    }

    [Fact]
    public async Task Errors_end_with_1_and_all_of_a_kind_are_printed()
    {
        File.WriteAllText(cases.Label("000000"), string.Concat(Enumerable.Repeat("Car\n", 30)));
        File.Copy(cases.In("kitti/training/image_2/000001.png"), cases.In("kitti/training/image_2/000002.png"), overwrite: true);
        File.WriteAllText(cases.In("train.txt"), "000001\n000000\n");
        File.WriteAllText(cases.In("test.txt"), "000002\n000000\n");

        var (code, output, errors) = await Check("--lists", cases.In("train.txt"), cases.In("test.txt"));

        var lines = errors.TrimEnd('\n').Split('\n');
        Assert.Equal((1, 32), (code, lines.Length));
        Assert.All(lines, line => Assert.StartsWith("error: ", line));
        Assert.Contains(lines, line => line.Contains("leaks", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("image '000000' is already in", StringComparison.Ordinal));
        Assert.Contains("32 errors, 0 warnings", output);
    }

    [Fact]
    public async Task Headers_alone_find_no_damage_and_no_duplicates()
    {
        var image = cases.In("kitti/training/image_2/000001.png");
        var bytes = File.ReadAllBytes(image);
        File.WriteAllBytes(image, bytes[..(bytes.Length / 2)]);
        File.Copy(image, cases.In("kitti/training/image_2/000002.png"), overwrite: true);

        Assert.Equal(0, (await Check("--labels-only")).Code);
        var (code, _, errors) = await Check();
        Assert.Equal(1, code);
        Assert.Equal(2, errors.Split("the image is damaged").Length - 1);
        Assert.Contains("the same bytes", errors);
    }

    [Fact]
    public async Task Json_is_one_document_on_standard_output()
    {
        File.AppendAllText(cases.Label("000000"), $"погрузчик {Fields}\nCar\n");
        File.WriteAllText(cases.Label("000003"), "");

        var (code, output, _) = await Check("--json");

        var report = JsonDocument.Parse(output).RootElement;
        Assert.Equal(1, code);
        Assert.Equal("kitti", report.GetProperty("format").GetString());
        Assert.Equal(5, report.GetProperty("images").GetInt32());
        Assert.Equal("000003", report.GetProperty("imagesWithoutObjects")[0].GetString());
        Assert.Equal(192, report.GetProperty("sizes").GetProperty("largest").GetProperty("widthPixels").GetInt32());
        var error = report.GetProperty("errors")[0];
        Assert.EndsWith(":" + File.ReadAllLines(cases.Label("000000")).Length, error.GetProperty("at").GetString());
        Assert.Contains("expected 15 fields", error.GetProperty("message").GetString());
        Assert.Equal(0, report.GetProperty("warnings").GetArrayLength());
    }

    [Fact]
    public async Task A_set_that_cannot_be_opened_ends_with_2()
    {
        Directory.CreateDirectory(cases.In("empty"));
        Directory.CreateDirectory(cases.In("kitti/Annotations"));
        File.WriteAllText(cases.In("kitti/Annotations/a.xml"), "<annotation/>");

        await CommandCases.Refused("there is no such file or folder", "data", "check", "--data", cases.In("nowhere"));
        await CommandCases.Refused("no data set is found here", "data", "check", "--data", cases.In("empty"));
        await CommandCases.Refused("can be read as kitti", "data", "check", "--data", cases.In("kitti"));
        await CommandCases.Refused("--format", "data", "check", "--data", cases.In("kitti"), "--format", "pascal");
        Assert.Equal(0, (await Check("--format", "kitti")).Code);
    }

    public void Dispose() => cases.Dispose();

    private Task<(int Code, string Output, string Errors)> Check(params string[] options) =>
        CommandCases.Run(["data", "check", "--data", cases.In("kitti"), .. options]);
}
