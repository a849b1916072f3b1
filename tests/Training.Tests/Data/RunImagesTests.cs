using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Training.Data;

namespace Pipeline.Training.Tests.Data;

public sealed class RunImagesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("run-images").FullName;

    [Fact]
    public void A_run_knows_its_own_images_and_those_of_its_first_weights()
    {
        var digests = RunImages.Of(folder, resume: false, [Image(1), Image(2)], new ImageDigests([7]), NullLogger.Instance, Cancellation);

        Assert.Equal(3, digests.Count);
        Assert.True(digests.Contains(7) && digests.Contains(ImageDigesting.OfFile(Image(2))));
    }

    [Fact]
    public void A_run_that_goes_on_reads_what_it_wrote_and_makes_it_anew_where_it_is_gone()
    {
        var written = RunImages.Of(folder, resume: true, [Image(1)], ImageDigests.None, NullLogger.Instance, Cancellation);
        RunImages.Write(folder, written);
        RunImages.Write(folder, ImageDigests.None);

        var read = RunImages.Of(folder, resume: true, ["no such image"], ImageDigests.None, NullLogger.Instance, Cancellation);

        Assert.Equal(1, written.Count);
        Assert.Equal(written.ToText(), read.ToText());
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Image(byte content)
    {
        var path = Path.Combine(folder, $"{content}.png");
        File.WriteAllBytes(path, [content]);
        return path;
    }
}
