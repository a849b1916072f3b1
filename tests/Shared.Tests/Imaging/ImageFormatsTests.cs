using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Tests.Imaging;

public sealed class ImageFormatsTests
{
    [Theory]
    [InlineData("a.png")]
    [InlineData("folder.txt/000000.JPG")]
    [InlineData("a.b.Jpeg")]
    [InlineData("a.jpe")]
    [InlineData("a.JFIF")]
    [InlineData("a.webp")]
    [InlineData("a.BMP")]
    [InlineData("a.dib")]
    [InlineData("a.gif")]
    public void K1_an_extension_of_an_image_is_known_in_letters_of_any_case(string path) =>
        Assert.True(ImageFormats.HasImageExtension(path));

    [Theory]
    [InlineData("png")]
    [InlineData("a.png.txt")]
    [InlineData("a.tiff")]
    [InlineData("a.")]
    [InlineData("images.png/a")]
    [InlineData("")]
    public void Other_names_are_no_images(string path) =>
        Assert.False(ImageFormats.HasImageExtension(path));

    [Fact]
    public void Every_extension_that_a_message_lists_is_known() =>
        Assert.All(ImageFormats.Extensions.Split(", "), name => Assert.True(ImageFormats.HasImageExtension("a." + name)));
}
