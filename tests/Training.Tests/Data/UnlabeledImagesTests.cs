using Pipeline.Shared;
using Pipeline.Training.Data;

namespace Pipeline.Training.Tests.Data;

public sealed class UnlabeledImagesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("unlabelled").FullName;

    [Fact]
    public void Lists_that_name_an_image_twice_or_none_are_refused_with_the_line()
    {
        var list = Path.Combine(folder, "twice.txt");
        File.WriteAllLines(list, ["a.png", "b.png", "a.png"]);
        Assert.Contains(
            "twice.txt:3: a.png is already in line 1",
            Assert.Throws<UserErrorException>(() => UnlabeledImages.Of(list)).Message);
        File.WriteAllLines(list, ["# nothing"]);
        Assert.Contains("names no image", Assert.Throws<UserErrorException>(() => UnlabeledImages.Of(list)).Message);
        Assert.Contains(
            "relative to it",
            Assert.Throws<UserErrorException>(() => UnlabeledImages.Of(list, Path.Combine(folder, "nowhere"))).Message);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
