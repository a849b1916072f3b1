using Pipeline.Serving.Configuration;
using Pipeline.Serving.Models;
using Pipeline.Serving.Tests.Programs;
using Pipeline.Shared;

namespace Pipeline.Serving.Tests.Models;

public sealed class ModelSelectionTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("selection").FullName;

    [Fact]
    public async Task S5_folders_that_are_not_models_do_not_prevent_serving()
    {
        TinyModel.Export(root);
        Directory.CreateDirectory(Path.Combine(root, "lost+found"));
        Directory.CreateDirectory(Path.Combine(root, ".cache"));

        using var service = await ServiceProcess.Start(root, TestContext.Current.CancellationToken);
        using var client = new HttpClient();

        Assert.Equal(
            "ready", await client.GetStringAsync(new Uri(service.Address, "/healthz/ready"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("street"), InlineData("../street"), InlineData("/"), InlineData("."), InlineData(".."), InlineData("")]
    [InlineData("tiny/1"), InlineData("tiny/"), InlineData("./tiny")]
    public void S5_a_model_is_selected_by_its_plain_name_and_a_refusal_lists_those_that_exist(string name)
    {
        TinyModel.Export(root);

        var refused = Refusal(new RepositoryOptions { Models = root, Model = name });

        Assert.Equal($"--model: {root} has no model named '{name}'; its models are: tiny.", refused);
    }

    [Fact]
    public void S5_a_refusal_of_a_missing_version_lists_those_that_exist()
    {
        TinyModel.Export(root);
        TinyModel.Export(root);

        Assert.Equal(
            $"--model-version: {root} has no version 7 of 'tiny'; its versions are: 1, 2.",
            Refusal(new RepositoryOptions { Models = root, Version = 7 }));
        Assert.Equal([Path.Combine(root, "tiny", "2")], Selected(new RepositoryOptions { Models = root }));
        Assert.Equal(
            [Path.Combine(root, "tiny", "1")], Selected(new RepositoryOptions { Models = root, Version = 1 }));
        Assert.Equal(2, Selected(new RepositoryOptions { Models = root, NewestVersions = 0 }).Length);
    }

    [Fact]
    public void S5_all_models_are_served_and_an_empty_repository_explains_what_a_model_is()
    {
        Assert.Contains(
            "it contains no model, that is, no folder <name>/<version> with a manifest.json",
            Refusal(new RepositoryOptions { Models = root }));
        Copy(TinyModel.Export(root), "other/1");

        Assert.Equal(
            [Path.Combine(root, "other", "1"), Path.Combine(root, "tiny", "1")],
            Selected(new RepositoryOptions { Models = root }));
    }

    [Fact]
    public void S5_a_broken_newest_version_is_named()
    {
        Copy(TinyModel.Export(root), "tiny/10");
        File.WriteAllText(Path.Combine(root, "tiny", "10", "manifest.json"), "{");

        var refused = Assert.Throws<UserErrorException>(() => DetectionService.Build(ServiceFixture.Options(root, "http://127.0.0.1:0")));

        Assert.StartsWith(Path.Combine(root, "tiny", "10", "manifest.json"), refused.Message);
    }

    [Theory]
    [InlineData("0"), InlineData("-1"), InlineData("1.0"), InlineData("01x"), InlineData("99999999999"), InlineData("")]
    public async Task S5_a_version_is_a_positive_whole_number(string version)
    {
        var end = await BuiltPrograms.Run(
            BuiltPrograms.Start(BuiltPrograms.Serve, "--models", root, $"--model-version={version}"),
            TestContext.Current.CancellationToken);

        Assert.Equal(2, end.Code);
        Assert.Contains("--model-version", end.Errors);
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private static string Refusal(RepositoryOptions options) =>
        Assert.Throws<UserErrorException>(() => ModelSelection.Require(options)).Message;

    private static string[] Selected(RepositoryOptions options) =>
    [
        .. ModelSelection.Require(options)
            .GroupBy(version => version.Name)
            .SelectMany(versions => ModelSelection.Candidates(versions, options, canReplace: false).Reverse())
            .Select(version => version.Folder),
    ];

    private void Copy(string version, string target)
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, target)).FullName;
        foreach (var file in Directory.GetFiles(version))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }
    }
}
