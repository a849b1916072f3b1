using Pipeline.Shared.ModelRepository;

namespace Pipeline.Shared.Tests.ModelRepository;

public sealed class ModelDirectoryTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("models").FullName;

    [Fact]
    public void A_published_model_opens_and_the_next_one_gets_the_next_version()
    {
        var first = Publish("one");
        var second = Publish("two");

        Assert.Equal(1, ModelDirectory.Open(first).Manifest.Version);
        Assert.Equal(second, new ModelCatalog(root).Folder("cars", 2));
        Assert.Equal("two", File.ReadAllText(ModelDirectory.Open(second).ModelPath));
        Assert.Equal(["1", "2"], Directory.GetDirectories(Path.Combine(root, "cars")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_changed_file_is_refused_by_its_digest()
    {
        var path = Publish("one");
        File.WriteAllText(Path.Combine(path, ModelDirectory.ModelFileName), "eno");

        Assert.Contains("SHA-256", Assert.Throws<UserErrorException>(() => ModelDirectory.Open(path)).Message);
    }

    [Fact]
    public void A_failed_export_leaves_nothing_behind()
    {
        Assert.Throws<InvalidOperationException>(
            () => ModelDirectory.Publish(root, "cars", null, (_, _) => throw new InvalidOperationException()));

        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(root, "cars")));
    }

    [Fact]
    public void A_version_can_be_opened_where_it_is_checked_and_nobody_lists_it_before_it_is_published()
    {
        var path = Publish("one", (folder, manifest) =>
        {
            Assert.Equal("cars", ModelDirectory.Open(folder).Manifest.Name);
            Assert.Empty(new ModelCatalog(root).Names);   // as after a kill, which leaves the folder where it is
            return manifest with { Winograd = true };
        });

        Assert.True(ModelDirectory.Open(path).Manifest.Winograd);
        Assert.Equal([path], Directory.GetFileSystemEntries(Path.Combine(root, "cars")));
    }

    [Fact]
    public void A_version_that_fails_its_check_leaves_nothing_behind()
    {
        Assert.Throws<InvalidOperationException>(() => Publish("one", (_, _) => throw new InvalidOperationException()));

        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(root, "cars")));
    }

    [Theory]
    [InlineData("../up")]
    [InlineData("")]
    [InlineData("a/b")]
    public void A_name_that_could_leave_the_repository_is_refused(string name) =>
        Assert.Throws<UserErrorException>(() => ModelDirectory.Publish(root, name, null, (_, _) => throw new InvalidOperationException()));

    [Fact]
    public async Task X3_exports_at_once_take_one_version_after_the_other_and_their_manifests_say_so()
    {
        var published = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(() => Publish($"{number}"))));

        Assert.Equal(
            Enumerable.Range(1, 8).Select(version => Path.Combine(root, "cars", $"{version}")),
            published.Order(StringComparer.Ordinal));
        Assert.All(published, path => Assert.Equal(Path.GetFileName(path), $"{ModelDirectory.Open(path).Manifest.Version}"));
        Assert.Equal(8, Directory.GetFileSystemEntries(Path.Combine(root, "cars")).Length);
    }

    [Fact]
    public void A_version_that_is_taken_and_a_file_where_a_folder_belongs_are_refused_before_any_work()
    {
        Publish("one");
        File.WriteAllText(Path.Combine(root, "file"), "");

        string Refusal(string repository, string name, int? version) =>
            Assert.Throws<UserErrorException>(() => ModelDirectory.RequirePublishable(repository, name, version)).Message;
        Assert.Contains("already exists", Refusal(root, "cars", 1));
        Assert.Contains("not a positive number", Refusal(root, "cars", 0));
        Assert.Contains("this is a file", Refusal(root, "file", null));
        Assert.Contains("this is a file", Refusal(Path.Combine(root, "file"), "cars", null));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private string Publish(string content, Func<string, ModelManifest, ModelManifest>? check = null) =>
        ModelDirectory.Publish(root, "cars", null, (folder, version) => Fill(content, folder, version), check);

    private static ModelManifest Fill(string content, string folder, int version)
    {
        var file = Path.Combine(folder, ModelDirectory.ModelFileName);
        File.WriteAllText(file, content);
        return new ModelManifest
        {
            ContractVersion = 1,
            Name = "cars",
            Version = version,
            Labels = ["Car"],
            MaxInputSidePixels = 4096,
            ScoreThreshold = 0.05,
            MaxDetections = 100,
            Precision = "fp32",
            Opset = 18,
            Files = new Dictionary<string, FileDigest> { [ModelDirectory.ModelFileName] = ModelDirectory.Digest(file) },
            Created = DateTimeOffset.UnixEpoch,
            Tool = "test",
        };
    }
}
