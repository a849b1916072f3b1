using System.Diagnostics;
using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Tests.Imaging;

public sealed class ImageSizeTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("size").FullName;

    [Fact]
    public void I7_a_size_over_a_limit_is_told_from_the_header_in_the_words_that_decoding_has()
    {
        var path = Write(120, 40);
        var shortSides = new ImageLimits { MaxDimensionPixels = 119 };
        var smallArea = new ImageLimits { MaxPixels = 4799 };
        var shortFile = new ImageLimits { MaxFileBytes = 20 };
        foreach (var limits in new[] { shortSides, smallArea, shortFile })
        {
            var refusal = Assert.Throws<ImageException>(() => ImageDecoder.CheckSize(path, limits));

            Assert.Equal(ImageProblem.TooLarge, refusal.Problem);
            Assert.StartsWith(path + ": ", refusal.Message);
            Assert.Equal(refusal.Message, Assert.Throws<ImageException>(() => ImageDecoder.DecodeFile(path, limits)).Message);
        }
    }

    [Fact]
    public void I7_a_size_within_the_limits_is_given_as_the_image_will_be_seen()
    {
        Assert.Equal((120, 40), ImageDecoder.CheckSize(Write(120, 40), new ImageLimits { MaxDimensionPixels = 120, MaxPixels = 4800 }));
        Assert.Equal((16, 32), ImageDecoder.CheckSize(TestPictures.PathOf("orientation6.jpg"), new ImageLimits()));
    }

    [Fact]
    public void A_refused_size_is_told_as_the_image_would_be_seen()
    {
        var limits = new ImageLimits { MaxDimensionPixels = 10 };

        var refusal = Assert.Throws<ImageException>(() => ImageDecoder.DecodeFile(TestPictures.PathOf("orientation6.jpg"), limits));

        Assert.Contains("the header says 16 x 32 pixels; the limits are 10 per side", refusal.Message);
    }

    [Fact]
    public void The_size_of_an_image_whose_pixels_are_damaged_is_still_read()
    {
        var whole = File.ReadAllBytes(Write(120, 40));
        var path = Path.Combine(folder, "cut.png");
        File.WriteAllBytes(path, whole[..60]);

        Assert.Equal((120, 40), ImageDecoder.ReadSize(path));
        Assert.Throws<ImageException>(() => ImageDecoder.DecodeFile(path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("just text")]
    public void What_is_no_image_has_no_size(string content)
    {
        var path = Path.Combine(folder, "a.png");
        File.WriteAllText(path, content);

        Assert.Equal(ImageProblem.NotAnImage, Assert.Throws<ImageException>(() => ImageDecoder.ReadSize(path)).Problem);
        Assert.Equal(ImageProblem.NotAnImage, Assert.Throws<ImageException>(() => ImageDecoder.CheckSize(path, new ImageLimits())).Problem);
    }

    [Fact]
    public void K12_links_to_nothing_folders_and_pipes_are_told_in_one_line()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "pipes of Linux");
        File.CreateSymbolicLink(Path.Combine(folder, "dangling.png"), "nowhere.png");
        Directory.CreateDirectory(Path.Combine(folder, "folder.png"));
        using var make = Process.Start("mkfifo", [Path.Combine(folder, "pipe.png")]);
        make.WaitForExit();

        AssertRefused("dangling.png", "a link to nowhere.png, which does not exist");
        AssertRefused("folder.png", "this is a folder; an image file is expected");
        AssertRefused("pipe.png", "a pipe, a socket or a device");
        AssertRefused("missing.png", "there is no such image file");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void AssertRefused(string name, string problem)
    {
        var path = Path.Combine(folder, name);
        Assert.Contains(problem, Assert.Throws<UserErrorException>(() => ImageDecoder.DecodeFile(path)).Message);
        Assert.Contains(problem, Assert.Throws<UserErrorException>(() => ImageDecoder.ReadSize(path)).Message);
        Assert.Contains(problem, Assert.Throws<UserErrorException>(() => ImageDecoder.CheckSize(path, new ImageLimits())).Message);
    }

    private string Write(int width, int height)
    {
        using var image = RgbImage.Allocate(width, height);
        image.Pixels.Clear();
        var path = Path.Combine(folder, "a.png");
        File.WriteAllBytes(path, ImageEncoder.Png(image));
        return path;
    }
}
