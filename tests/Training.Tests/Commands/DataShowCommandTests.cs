using Pipeline.Shared.Imaging;

namespace Pipeline.Training.Tests.Commands;

/// <summary><c>data show</c> as a real process.</summary>
public sealed class DataShowCommandTests : IDisposable
{
    private readonly CommandCases cases = new();

    [Fact]
    public async Task The_sheet_is_a_picture_that_the_seed_determines()
    {
        Assert.Contains("3 of 5 images", await Show("a.png", "--images", "3", "--seed", "4"));
        await Show("b.png", "--images", "3", "--seed", "4");
        await Show("c.png", "--images", "3", "--seed", "5");

        Assert.Equal(File.ReadAllBytes(cases.In("a.png")), File.ReadAllBytes(cases.In("b.png")));
        Assert.NotEqual(File.ReadAllBytes(cases.In("a.png")), File.ReadAllBytes(cases.In("c.png")));
        using var sheet = ImageDecoder.DecodeFile(cases.In("a.png"));
        Assert.True(sheet.WidthPixels > 192);
    }

    [Fact]
    public async Task Images_of_a_class_and_of_a_list_are_chosen()
    {
        File.WriteAllText(cases.In("list.txt"), "000002\n000003\n");
        File.WriteAllText(cases.Label("000003"), "forklift 0 0 0 20 30 80 70 1 1 1 1 1 1 0\n");

        Assert.Contains("2 of 2 images", await Show("a.png", "--list", cases.In("list.txt")));
        Assert.Contains("1 of 5 images", await Show("b.png", "--class", "forklift"));
        await Refused("there is no class 'Forklift'", "c.png", "--class", "Forklift");
        await Refused("Did you mean 'forklift'?", "c.png", "--class", "Forklift");
        Assert.False(File.Exists(cases.In("c.png")));
    }

    [Fact]
    public async Task Files_are_replaced_only_with_force_and_the_data_set_never_changes()
    {
        await Show("a.png");
        await Refused("the file already exists", "a.png");
        await Show("a.png", "--force");
        await Refused("would overwrite an input", "kitti/training/image_2/000001.png", "--force");
        await Refused("this is inside the data set", "kitti/training/image_2/sheet.png");
        await Refused("choose a name that ends with .png", "sheet.jpg");
        await Refused("is a file, not a folder", "a.png/b.png");
        await Refused("--images: '1001' is not a whole number from 1 to 1000", "b.png", "--images", "1001");
        Assert.False(File.Exists(cases.In("kitti/training/image_2/sheet.png")));
    }

    [Fact]
    public async Task A_damaged_image_is_named()
    {
        cases.Replace("000002", path => File.WriteAllText(path, "nothing"));
        await Refused("000002.png: this is not a PNG", "a.png");
        Assert.False(File.Exists(cases.In("a.png")));
    }

    public void Dispose() => cases.Dispose();

    private Task<string> Show(string output, params string[] options) =>
        CommandCases.Done(["data", "show", "--data", cases.In("kitti"), "--output", cases.In(output), .. options]);

    private Task Refused(string reason, string output, params string[] options) =>
        CommandCases.Refused(reason, ["data", "show", "--data", cases.In("kitti"), "--output", cases.In(output), .. options]);
}
