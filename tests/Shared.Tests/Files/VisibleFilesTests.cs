using Pipeline.Shared.Files;

namespace Pipeline.Shared.Tests.Files;

public sealed class VisibleFilesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("visible").FullName;

    [Fact]
    public void R6_links_in_a_circle_give_each_file_once()
    {
        Touch("a.png");
        Touch("deep/er/b.png");
        Directory.CreateSymbolicLink(In("loop"), ".");
        Directory.CreateSymbolicLink(In("deep/up"), "..");
        Directory.CreateSymbolicLink(In("also"), "deep/er");
        File.CreateSymbolicLink(In("self"), "self");
        File.CreateSymbolicLink(In("same.png"), "a.png");

        Assert.Equal([In("a.png"), In("deep/er/b.png"), In("self")], VisibleFiles.Below(folder));
    }

    [Fact]
    public void R6_a_folder_elsewhere_is_entered_through_one_of_its_links()
    {
        var elsewhere = Directory.CreateTempSubdirectory("elsewhere").FullName;
        try
        {
            File.WriteAllText(Path.Combine(elsewhere, "c.png"), "");
            Directory.CreateSymbolicLink(In("one"), elsewhere);
            Directory.CreateSymbolicLink(In("two"), elsewhere);

            Assert.Equal([In("one/c.png")], VisibleFiles.Below(folder));
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    [Fact]
    public void K3_hidden_files_and_folders_do_not_count()
    {
        Touch("a.png");
        Touch("._a.png");
        Touch(".thumbnails/a.png");

        Assert.Equal([In("a.png")], VisibleFiles.Below(folder));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string In(string name) => Path.Combine(folder, name);

    private void Touch(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(name))!);
        File.WriteAllText(In(name), "");
    }
}
