using System.Globalization;

namespace Pipeline.Training.Tests.Commands;

public sealed class SplitCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("split").FullName;

    public SplitCommandTests()
    {
        foreach (var frame in Enumerable.Range(0, 12).Select(index => index.ToString("D6", CultureInfo.InvariantCulture)))
        {
            Write($"kitti/image_2/{frame}.png", "");
            Write($"kitti/label_2/{frame}.txt", "");
        }
    }

    [Fact]
    public async Task A_list_for_validation_is_taken_from_those_to_learn_from()
    {
        await Done("--output", In("without"));
        Assert.False(File.Exists(In("without/validation.txt")));

        var output = await Done("--output", In("with"), "--validation", "0.1");

        Assert.Contains("validation.txt: 1 images", output);
        Assert.Equal(File.ReadAllText(In("without/test.txt")), File.ReadAllText(In("with/test.txt")));
        var kept = File.ReadAllLines(In("with/train.txt")).Concat(File.ReadAllLines(In("with/validation.txt"))).Order();
        Assert.Equal(File.ReadAllLines(In("without/train.txt")), kept);
    }

    [Fact]
    public async Task A_group_stands_in_one_list_and_the_real_counts_are_said()
    {
        var lines = Enumerable.Range(0, 12).Select(index => string.Create(CultureInfo.InvariantCulture, $"{index:D6},drive{index / 4}\n"));
        Write("drives.txt", string.Concat(lines));

        var output = await Done("--output", In("splits"), "--groups", In("drives.txt"), "--validation", "0.1");

        Assert.Equal(3, output.Split(": 4 images").Length - 1);
        foreach (var list in new[] { "train", "validation", "test" })
        {
            var frames = File.ReadAllLines(In($"splits/{list}.txt")).Select(frame => int.Parse(frame, CultureInfo.InvariantCulture) / 4);
            Assert.Single(frames.Distinct());
        }
    }

    [Fact]
    public async Task A_list_without_a_frame_and_a_wrong_group_are_refused_before_anything_is_written()
    {
        await Refused("0 would choose the best; each list needs one at least", "--output", In("splits"), "--validation", "0.01");
        await Refused("both need one at least", "--output", In("splits"), "--train-fraction", "0.001");
        Write("drives.txt", "000000 a\n000077 b\n");
        await Refused("drives.txt:2: image '000077' is not in the data set", "--output", In("splits"), "--groups", In("drives.txt"));
        Write("splits/test.txt", "kept");
        await Refused("test.txt: the file already exists", "--output", In("splits"));
        Assert.Equal([In("splits/test.txt")], Directory.GetFiles(In("splits")));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string In(string name) => Path.Combine(folder, name);

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(name))!);
        File.WriteAllText(In(name), text);
    }

    private async Task<string> Done(params string[] options)
    {
        var (code, output, errors) = await Run(options);
        Assert.True(code == 0, errors);
        return output;
    }

    private async Task Refused(string reason, params string[] options)
    {
        var (code, _, errors) = await Run(options);
        Assert.Equal(2, code);
        Assert.Contains(reason, errors);
    }

    private Task<(int Code, string Output, string Errors)> Run(string[] options) =>
        TrainingProgram.Run(TestContext.Current.CancellationToken, ["data", "split", "--data", In("kitti"), .. options]);
}
