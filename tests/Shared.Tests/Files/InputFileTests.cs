using System.Diagnostics;
using Pipeline.Shared.Files;

namespace Pipeline.Shared.Tests.Files;

public sealed class InputFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("input").FullName;

    [Fact]
    public void A_regular_file_is_read_also_through_links()
    {
        File.WriteAllText(In("a.txt"), "text");
        File.CreateSymbolicLink(In("b.txt"), "a.txt");

        Assert.Equal("text", InputFile.ReadText(In("a.txt")));
        Assert.Equal("text", InputFile.ReadText(In("b.txt")));
    }

    [Fact]
    public void K12_dangling_links_circles_and_folders_are_told_in_one_line()
    {
        File.CreateSymbolicLink(In("dangling"), "nowhere");
        File.CreateSymbolicLink(In("circle"), "circle");

        Assert.Contains("a link to nowhere, which does not exist", Refusal("dangling"));
        Assert.Contains("a link to circle, which does not exist or links back to it", Refusal("circle"));
        Assert.Contains("this is a folder", Refusal("."));
        Assert.Contains("there is no such list", Refusal("missing"));
        Assert.Contains("there is no such list", Refusal("missing/deeper"));
    }

    [Fact]
    public void K12_pipes_and_devices_are_refused_without_being_opened()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "pipes and devices of Linux");
        using var make = Process.Start("mkfifo", [In("pipe")]);
        make.WaitForExit();

        Assert.Contains("a pipe, a socket or a device", Refusal("pipe"));
        Assert.Contains("a pipe, a socket or a device", Assert.Throws<UserErrorException>(() => InputFile.ReadText("/dev/zero")).Message);
    }

    [Fact]
    public void A_file_over_the_limit_is_refused_with_both_numbers()
    {
        File.WriteAllText(In("long.txt"), "12345678901");

        var refusal = Assert.Throws<UserErrorException>(() => InputFile.ReadText(In("long.txt"), "list", maxBytes: 10));
        Assert.Contains("11 bytes are too many for a list; the limit is 10", refusal.Message);
    }

    [Fact]
    public void A_file_where_a_folder_should_be_is_told()
    {
        File.WriteAllText(In("file"), "");

        var isFile = Assert.Throws<UserErrorException>(() => InputFile.RequireFolder(In("file"), "folder of images"));
        Assert.Contains("this is a file; a folder of images is expected", isFile.Message);
        var isMissing = Assert.Throws<UserErrorException>(() => InputFile.RequireFolder(In("none"), "folder of images"));
        Assert.Contains("there is no such folder of images", isMissing.Message);
    }

    [Fact]
    public void D1_a_file_is_the_same_by_links_and_other_spellings_and_another_by_its_content()
    {
        File.WriteAllText(In("a"), "same");
        File.WriteAllText(In("copy"), "same");
        File.CreateSymbolicLink(In("link"), "a");
        Directory.CreateSymbolicLink(In("folder"), ".");
        using var hard = Process.Start("ln", [In("a"), In("hard")]);
        hard.WaitForExit();
        var identity = FileStatus.Of(In("a")).Identity;

        Assert.All(
            new[] { "link", "hard", "folder/a", "./folder/folder/../a" },
            path => Assert.Equal(identity, FileStatus.Of(In(path)).Identity));
        Assert.NotEqual(identity, FileStatus.Of(In("copy")).Identity);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string In(string name) => Path.Combine(folder, name);

    private string Refusal(string name) => Assert.Throws<UserErrorException>(() => InputFile.ReadText(In(name), "list")).Message;
}
