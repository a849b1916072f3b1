using Pipeline.Shared.Datasets;

namespace Pipeline.Shared.Tests.Datasets.Checking;

public sealed class DuplicateImagesTests : IDisposable
{
    private readonly KittiFolder kitti = new();

    public DuplicateImagesTests() => File.Copy(kitti.Image("000001.png"), kitti.Image("000003.png"), overwrite: true);

    [Fact]
    public void Files_of_the_same_bytes_are_a_warning_that_names_both()
    {
        var finding = Assert.Single(kitti.Check().Findings);

        Assert.False(finding.IsError);
        Assert.Equal(kitti.Image("000003.png"), finding.At);
        Assert.Contains(kitti.Image("000001.png"), finding.Message);
    }

    [Fact]
    public void Every_further_copy_is_named()
    {
        File.Copy(kitti.Image("000001.png"), kitti.Image("000004.png"), overwrite: true);
        Assert.Equal(2, kitti.Check().Findings.Count);
    }

    [Fact]
    public void In_two_lists_they_leak_and_are_an_error()
    {
        var finding = Assert.Single(kitti.Check(List("train", "000000", "000001"), List("test", "000002", "000003")).Findings);

        Assert.True(finding.IsError);
        Assert.Contains("leaks", finding.Message);
        Assert.Contains("train.txt", finding.Message);
        Assert.Contains("test.txt", finding.Message);
    }

    [Fact]
    public void In_one_list_or_in_none_they_do_not_leak()
    {
        Assert.False(Assert.Single(kitti.Check(List("train", "000001", "000003"), List("test", "000002")).Findings).IsError);
        Assert.False(Assert.Single(kitti.Check(List("train", "000001"), List("test", "000002")).Findings).IsError);
    }

    [Fact]
    public void A_leak_is_found_behind_a_copy_in_the_same_list()
    {
        File.Copy(kitti.Image("000001.png"), kitti.Image("000004.png"), overwrite: true);
        var findings = kitti.Check(List("train", "000001", "000003"), List("test", "000004")).Findings;
        Assert.Equal([false, true], findings.Select(finding => finding.IsError));
    }

    [Fact]
    public void Unlabeled_copies_count_and_damaged_ones_too()
    {
        File.Delete(kitti.Label("000003.txt"));
        File.WriteAllText(kitti.Image("000000.png"), "nothing");
        File.WriteAllText(kitti.Image("000002.png"), "nothing");
        Assert.Equal(2, kitti.Check().Findings.Count(finding => finding.Message.Contains("the same bytes", StringComparison.Ordinal)));
    }

    public void Dispose() => kitti.Dispose();

    private string List(string name, params string[] images)
    {
        var path = Path.Combine(kitti.Root, name + ".txt");
        ImageList.Write(path, images);
        return path;
    }
}
