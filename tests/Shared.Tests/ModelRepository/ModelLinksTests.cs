using System.Text.Json.Nodes;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Shared.Tests.ModelRepository;

/// <summary>Models whose files and folders are linked, moved or missing.</summary>
public sealed class ModelLinksTests : IDisposable
{
    private readonly StreetModel street = new();

    [Fact]
    public void S5_a_file_outside_the_folder_is_refused()
    {
        var manifest = street.Manifest();
        manifest["files"]!["../other"] = new JsonObject { ["sha256"] = "", ["sizeBytes"] = 0 };
        street.Write(manifest);

        Assert.Contains("files: '../other' is not a plain file name", street.Refusal());
    }

    [Fact]
    public void S5_the_models_file_may_be_a_link_and_a_link_to_nothing_is_told()
    {
        var model = Path.Combine(street.Folder, ModelDirectory.ModelFileName);
        var elsewhere = Path.Combine(street.Root, "blob");
        File.Move(model, elsewhere);
        Assert.Equal($"{model}: there is no such file of the model.", street.Refusal());

        File.CreateSymbolicLink(model, elsewhere);
        Assert.Equal("street", ModelDirectory.Open(street.Folder).Manifest.Name);

        File.Delete(elsewhere);
        Assert.StartsWith($"{model}: this is a link to {elsewhere}, which does not exist", street.Refusal());
    }

    [Theory]
    [InlineData("copy"), InlineData("street-1"), InlineData("deep/er/model")]
    public void S5_a_copy_in_a_folder_whose_name_is_no_number_opens(string name)
    {
        var copy = Path.Combine(street.Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        Directory.Move(street.Folder, copy);

        Assert.Equal("street", ModelDirectory.Open(copy).Manifest.Name);
        Assert.Equal("street", ModelDirectory.Open(copy + "/").Manifest.Name);
    }

    [Fact]
    public void S5_a_model_opens_through_links_to_its_name_and_its_version()
    {
        Directory.CreateSymbolicLink(Path.Combine(street.Root, "alias"), "street");
        Directory.CreateSymbolicLink(Path.Combine(street.Root, "street", "2"), "1");

        Assert.Equal(1, ModelDirectory.Open(Path.Combine(street.Root, "alias", "1")).Manifest.Version);
        Assert.Equal(1, ModelDirectory.Open(Path.Combine(street.Root, "street", "2")).Manifest.Version);
        Assert.Equal(1, ModelDirectory.Open(Path.Combine(street.Root, "alias", "2")).Manifest.Version);
    }

    [Fact]
    public void S5_the_folders_of_a_repository_may_be_links_to_a_store_with_other_names()
    {
        var store = Path.Combine(street.Root, "store-7f3a");
        Directory.Move(Path.Combine(street.Root, "street"), store);
        Directory.CreateSymbolicLink(Path.Combine(street.Root, "street"), store);

        Assert.Equal("street", ModelDirectory.Open(street.Folder).Manifest.Name);
    }

    public void Dispose() => street.Dispose();
}
