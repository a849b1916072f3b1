using Pipeline.Shared.Datasets;

namespace Pipeline.Shared.Tests.Datasets.Voc;

public sealed class VocImageSetsTests : IDisposable
{
    private readonly ImageFolder folder = new ImageFolder()
        .Images("JPEGImages/a.jpg", "JPEGImages/b c.jpg", "JPEGImages/d.jpg")
        .Text("Annotations/a.xml", "<annotation/>").Text("Annotations/b c.xml", "<annotation/>");

    [Fact]
    public void Lists_are_read_as_people_have_them()
    {
        folder.Text("ImageSets/Main/train.txt", "\uFEFFa  \r\n\r\n").Text("ImageSets/Main/val.txt", "b c");
        folder.Text("ImageSets/Main/trainval.txt", "a\nb c").Text("ImageSets/Main/cat_train.txt", "a -1\nx  1");

        var dataset = Dataset.Open(folder.Root);

        Assert.Equal(["a"], dataset.Splits["train"]);
        Assert.Equal(["b c"], dataset.Splits["val"]);
        Assert.Equal(2, dataset.Splits.Count);
        Assert.Equal(["d"], dataset.Unlabeled.Select(image => image.Id));
        Assert.DoesNotContain(dataset.Findings, finding => finding.IsError);
        Assert.Contains(folder.At("ImageSets/Main/train.txt"), dataset.Files);
    }

    [Fact]
    public void The_list_for_training_and_validation_counts_where_no_other_is_there()
    {
        folder.Text("ImageSets/Main/trainval.txt", "a\nb c");

        Assert.Equal(["a", "b c"], Dataset.Open(folder.Root).Splits["trainval"]);
    }

    [Theory]
    [InlineData("a\nnone", "train.txt:2: image 'none' is not in the data set")]
    [InlineData("d", "train.txt:1: image 'd' has no annotation file")]
    [InlineData("a\na", "train.txt:2: image 'a' is already in line 1")]
    [InlineData("a -1", "train.txt:1: image 'a -1' is not in the data set")]
    public void A_line_that_names_no_image_is_an_error_with_list_and_line(string list, string expected)
    {
        folder.Text("ImageSets/Main/train.txt", list);

        Assert.Contains(expected, Assert.Throws<UserErrorException>(() => Dataset.Open(folder.Root)).Message);
    }

    [Fact]
    public void An_extension_in_a_list_and_an_empty_list_are_warnings()
    {
        folder.Text("ImageSets/Main/train.txt", "a.jpg\n").Text("ImageSets/Main/test.txt", "\n");

        var dataset = Dataset.Open(folder.Root);

        Assert.Equal(["a"], dataset.Splits["train"]);
        Assert.Equal(
            ["lines of lists have an extension, which is not read", "lists of images are empty and not used"],
            dataset.Findings.Where(finding => finding.At.Contains("ImageSets")).Select(finding => finding.Summary));
        Assert.False(dataset.Splits.ContainsKey("test"));
    }

    public void Dispose() => folder.Dispose();
}
