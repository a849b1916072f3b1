using Pipeline.Shared.Datasets;

namespace Pipeline.Shared.Tests.Datasets;

public sealed class ImageGroupsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("groups").FullName;

    public ImageGroupsTests()
    {
        foreach (var frame in new[] { "000000", "000001" })
        {
            Write($"training/image_2/{frame}.png", "");
            Write($"training/label_2/{frame}.txt", "");
        }

        Write("training/image_2/000002.png", "");
    }

    [Fact]
    public void An_image_and_its_group_stand_on_a_line_with_white_space_or_a_comma_between()
    {
        var groups = Read("# drives\n000000 drive_0005\n\n 000001,\tdrive_0009 \r\n000002\tdrive_0009\n");

        Assert.Equal("drive_0005", groups["000000"]);
        Assert.Equal("drive_0009", groups["000001"]);
        Assert.Equal("drive_0009", groups["000002"]);
    }

    [Theory]
    [InlineData("000000 a\n000001\n", "groups.txt:2: 1 words; a line holds an image and its group, such as '000008 drive_0005'.")]
    [InlineData("000000 a b\n", "groups.txt:1: 3 words; a line holds an image and its group, such as '000008 drive_0005'.")]
    [InlineData(
        "000000 a\n8 a\n",
        "groups.txt:2: image '8' is not in the data set; remove the line, or name the image as the data set does.")]
    [InlineData("000000 a\n000000 b\n", "groups.txt:2: image '000000' is already in line 1; remove one.")]
    [InlineData("000000 a\n", "groups.txt: 1 of the 2 labelled images have no group (000001); add a line for each.")]
    public void A_wrong_line_or_an_image_without_a_group_is_refused(string text, string reason) =>
        Assert.EndsWith(reason, Assert.Throws<UserErrorException>(() => Read(text)).Message, StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private IReadOnlyDictionary<string, string> Read(string text)
    {
        Write("groups.txt", text);
        return ImageGroups.Read(Path.Combine(folder, "groups.txt"), Dataset.Open(folder));
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
