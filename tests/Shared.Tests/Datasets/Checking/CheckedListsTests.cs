using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Checking;
using Pipeline.Shared.Datasets.Voc;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Shared.Tests.Datasets.Checking;

/// <summary>The lists that a set has itself (VOC's ImageSets), and those that a user names.</summary>
public sealed class CheckedListsTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("lists").FullName;

    public CheckedListsTests()
    {
        var scenes = new StreetSceneDataset(new VocFormat(), new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 });
        scenes.Write(root, 0, 4, cancellation: TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Own_lists_that_divide_the_images_are_in_order_beside_their_union()
    {
        Own("train", "000000", "000001");
        Own("val", "000002");
        Own("trainval", "000000", "000001", "000002");

        var report = Check();

        Assert.Empty(report.Findings);
        Assert.Equal(new Dictionary<string, int> { ["train"] = 2, ["val"] = 1 }, report.Lists);
    }

    [Fact]
    public void An_image_in_two_own_lists_is_an_error_that_names_both()
    {
        Own("train", "000000", "000001");
        Own("val", "000001", "000002");

        var finding = Assert.Single(Check().Findings);

        Assert.True(finding.IsError);
        Assert.Contains("'val'", finding.At);
        Assert.Contains("image '000001'", finding.Message);
        Assert.Contains("'train'", finding.Message);
    }

    [Fact]
    public void A_union_without_its_parts_is_a_list()
    {
        Own("trainval", "000000", "000001");
        Own("test", "000001", "000002");
        Assert.Contains("'trainval'", Assert.Single(Check().Errors).ToString());
    }

    [Fact]
    public void The_same_bytes_in_two_own_lists_leak()
    {
        File.Copy(Image("000000"), Image("000002"), overwrite: true);
        Own("train", "000000", "000001");
        Own("test", "000002", "000003");

        Assert.Contains("leaks", Assert.Single(Check().Errors).Message);
    }

    [Fact]
    public void Own_lists_can_be_named_and_named_ones_may_divide_otherwise()
    {
        Own("train", "000000", "000001");
        Own("val", "000002");
        var mine = Path.Combine(root, "mine.txt");
        ImageList.Write(mine, ["000001", "000003"]);

        Assert.Empty(Check("train", "val").Findings);
        Assert.Empty(Check(mine).Findings);
        Assert.Contains("image '000001' is already in", Assert.Single(Check("train", mine).Errors).Message);
        Assert.Contains("there is no such list", Assert.Single(Check("test").Errors).Message);
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private string Image(string id) => Path.Combine(root, "JPEGImages", id + ".png");

    private void Own(string name, params string[] images) =>
        ImageList.Write(Path.Combine(root, "ImageSets", "Main", name + ".txt"), images);

    private DatasetCheckReport Check(params string[] lists) =>
        DatasetCheck.Run(Dataset.OpenWithErrors(root), lists, cancellation: TestContext.Current.CancellationToken);
}
