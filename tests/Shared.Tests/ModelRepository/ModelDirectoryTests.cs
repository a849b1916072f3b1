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
        Assert.Equal(second, new ModelCatalog(root).Latest("cars"));
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
        Assert.Throws<InvalidOperationException>(() => ModelDirectory.Publish(root, "cars", null, (_, _) => throw new InvalidOperationException()));

        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(root, "cars")));
    }

    [Theory]
    [InlineData("../up")]
    [InlineData("")]
    [InlineData("a/b")]
    public void A_name_that_could_leave_the_repository_is_refused(string name) =>
        Assert.Throws<UserErrorException>(() => ModelDirectory.Publish(root, name, null, (_, _) => throw new InvalidOperationException()));

    public void Dispose() => Directory.Delete(root, recursive: true);

    private string Publish(string content) => ModelDirectory.Publish(root, "cars", null, (folder, version) =>
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
            TopD = 100,
            Precision = "fp32",
            Opset = 18,
            Files = new Dictionary<string, FileDigest> { [ModelDirectory.ModelFileName] = ModelDirectory.Digest(file) },
            Created = DateTimeOffset.UnixEpoch,
            Tool = "test",
        };
    });
}
