using Pipeline.Golden;
using Pipeline.Shared.Datasets;

namespace Pipeline.Shared.Tests.Datasets;

/// <summary>Lists of images as people have them; each test bears the id of its case in <c>tests/FieldCases/README.md</c>.</summary>
public sealed class ImageListFieldCases : IDisposable
{
    private readonly KittiFolder kitti = new();

    [Theory]
    [InlineData("000000\n000001\n000000\n", ":3: image '000000' is already in line 1")]
    [InlineData(
        "000000\n\n# none\n000001.png\n",
        ":4: image '000001.png' is not in the data set; a list holds names without folder and extension, such as '000001'")]
    [InlineData(
        "training/image_2/000001.png\n",
        ":1: image 'training/image_2/000001.png' is not in the data set; a list holds names without folder and extension, "
        + "such as '000001'")]
    [InlineData("training\\image_2\\000001\n", "a list holds names without folder and extension, such as '000001'")]
    [InlineData("000001 # a note\n", "a line holds one name and nothing after it, such as '000001'")]
    [InlineData("000001,000002\n", "a line holds one name and nothing after it, such as '000001'")]
    [InlineData("1\n", ":1: image '1' is not in the data set; its name is '000001'")]
    [InlineData("000088\n", ":1: image '000088' is not in the data set.")]
    [InlineData("# nothing\n\n", "the list of images is empty")]
    public void E4_E5_a_wrong_line_of_a_list_is_named_with_list_and_line(string text, string message) =>
        Assert.Contains(
            message, Assert.Throws<UserErrorException>(() => ImageList.Read(kitti.List(text), Dataset.Open(kitti.Root))).Message);

    [Fact]
    public void E5_comments_empty_lines_a_byte_order_mark_and_line_ends_of_windows_are_read() =>
        Assert.Equal(
            ["000003", "000001"], ImageList.Read(kitti.List("\uFEFF# test\r\n\r\n 000003 \r\n000001"), Dataset.Open(kitti.Root)));

    [Theory]
    [InlineData("lists/duplicate.txt", ":2: image '000000' is already in line 1")]
    [InlineData(
        "lists/with-extension.txt",
        ":1: image '000000.png' is not in the data set; a list holds names without folder and extension")]
    public void E4_E5_the_lists_of_the_cases_are_refused(string list, string message) =>
        Assert.Contains(
            message,
            Assert.Throws<UserErrorException>(() => ImageList.Read(FieldCases.Path(list), Dataset.Open(kitti.Root))).Message);

    [Fact]
    public void E5_the_list_with_a_comment_is_read() =>
        Assert.NotEmpty(ImageList.Read(FieldCases.Path("lists/comment.txt"), Dataset.Open(kitti.Root)));

    public void Dispose() => kitti.Dispose();
}
