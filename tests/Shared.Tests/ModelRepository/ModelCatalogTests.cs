using Pipeline.Shared.ModelRepository;

namespace Pipeline.Shared.Tests.ModelRepository;

public sealed class ModelCatalogTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("catalog").FullName;

    [Fact]
    public void S5_only_folders_with_a_finished_version_are_models()
    {
        Version("cars/1");
        Version("my cars/3");
        Version(".git/1");
        Version("zero/0");
        Version("padded/007");
        Version("signed/+1");
        Version("named/one");
        Version("huge/99999999999");
        Version("staging/.1.123.tmp");
        Version("staging/2.tmp");
        Directory.CreateDirectory(In("lost+found"));
        Directory.CreateDirectory(In(".cache"));
        Directory.CreateDirectory(In("unfinished/1"));
        Directory.CreateDirectory(In("folder/1/manifest.json"));
        Directory.CreateDirectory(In("dangling/1"));
        File.CreateSymbolicLink(In("dangling/1/manifest.json"), "nowhere");
        File.WriteAllText(In("notes.txt"), "");

        Assert.Equal(["cars", "my cars"], new ModelCatalog(root).Names);
    }

    [Fact]
    public void S5_the_newest_version_is_the_largest_number()
    {
        Version("cars/9");
        Version("cars/10");
        Version("cars/2");
        Directory.CreateDirectory(In("cars/11"));
        var catalog = new ModelCatalog(root);

        Assert.Equal([2, 9, 10], catalog.Versions("cars"));
        Assert.Equal(In("cars/10"), catalog.Folder("cars", 10));
    }

    [Fact]
    public void S5_links_to_models_and_versions_are_followed()
    {
        Version("real/1");
        Directory.CreateSymbolicLink(In("link"), "real");
        Directory.CreateSymbolicLink(In("real/2"), "1");
        Directory.CreateSymbolicLink(In("dangling"), "nowhere");
        var catalog = new ModelCatalog(root);

        Assert.Equal(["real"], catalog.Names);
        Assert.Equal([1, 2], catalog.Versions("link"));
    }

    [Fact]
    public void S5_a_model_that_several_links_lead_to_is_one_model()
    {
        Version("street/1");
        Directory.CreateSymbolicLink(In("alias"), "street");
        Directory.CreateSymbolicLink(In("zebra"), In("street"));
        Directory.CreateSymbolicLink(In("chain"), "alias");
        Version("cars/1");

        Assert.Equal(["cars", "street"], new ModelCatalog(root).Names);
    }

    [Fact]
    public void S5_a_model_that_lies_elsewhere_has_the_name_of_the_first_link_to_it()
    {
        Version("repository/../store/street/1");
        Directory.CreateDirectory(In("repository"));
        Directory.CreateSymbolicLink(In("repository/b"), In("store/street"));
        Directory.CreateSymbolicLink(In("repository/a"), In("store/street"));

        Assert.Equal(["a"], new ModelCatalog(In("repository")).Names);
    }

    [Theory]
    [InlineData("../cars"), InlineData("cars/"), InlineData("/"), InlineData(""), InlineData("."), InlineData(".."), InlineData("none")]
    public void S5_a_name_with_a_path_names_no_model(string name)
    {
        Version("cars/1");

        Assert.Empty(new ModelCatalog(root).Versions(name));
    }

    [Fact]
    public void S5_a_folder_that_must_not_be_read_is_passed_over()
    {
        if (OperatingSystem.IsWindows() || Environment.UserName == "root")
        {
            Assert.Skip("Root reads everything, and Windows has other rights.");
            return;
        }

        Version("cars/1");
        Version("closed/1");
        File.SetUnixFileMode(In("closed"), UnixFileMode.None);
        try
        {
            Assert.Equal(["cars"], new ModelCatalog(root).Names);
        }
        finally
        {
            File.SetUnixFileMode(In("closed"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void S5_a_repository_that_is_no_folder_is_told_in_one_line()
    {
        File.WriteAllText(In("file"), "");
        File.CreateSymbolicLink(In("link"), "nowhere");

        Assert.Contains("this is a file; a model repository is expected", Refusal("file"));
        Assert.Contains("there is no such model repository", Refusal("none"));
        Assert.Contains("this is a link to nowhere", Refusal("link"));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private string In(string path) => Path.Combine(root, path);

    private string Refusal(string path) => Assert.Throws<UserErrorException>(() => new ModelCatalog(In(path))).Message;

    private void Version(string path)
    {
        Directory.CreateDirectory(In(path));
        File.WriteAllText(Path.Combine(In(path), "manifest.json"), "{}");
    }
}
