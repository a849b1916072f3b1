using Pipeline.Shared;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Data;

namespace Pipeline.Training.Tests.Data;

public sealed class LeakGuardTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("leak").FullName;
    private readonly Dataset dataset;

    public LeakGuardTests()
    {
        Directory.CreateDirectory(Path.Combine(folder, "image_2"));
        Directory.CreateDirectory(Path.Combine(folder, "label_2"));
        for (byte frame = 0; frame < 9; frame++)
        {
            File.WriteAllBytes(Path.Combine(folder, "image_2", $"00000{frame}.png"), [frame]);
            File.WriteAllText(Path.Combine(folder, "label_2", $"00000{frame}.txt"), "");
        }

        dataset = Dataset.Open(folder);
    }

    [Fact]
    public void Images_are_told_by_their_bytes_whatever_their_name()
    {
        var copy = Path.Combine(folder, "photo.jpg");
        File.WriteAllBytes(copy, [4]);
        var guard = new LeakGuard(ImageDigesting.SetOf([copy], cancellation: Cancellation), dataset);

        Assert.Equal(["000004"], guard.Leaked(["000003", "000004", "000005"], Cancellation));
        Assert.Null(guard.Check(["000003"], ["000005"], isAllowed: false, Cancellation));
    }

    [Fact]
    public void A_leak_is_refused_with_list_number_and_first_frames_and_what_to_do()
    {
        var guard = Knowing("000001", "000002", "000003", "000004", "000007");

        var refusal = Assert.Throws<UserErrorException>(() => guard.Check(
            ["000007", "000008"],
            ["000000", "000001", "000002", "000003", "000004"],
            isAllowed: false,
            Cancellation)).Message;

        Assert.StartsWith("4 of the 5 test images (000001, 000002, 000003, …) are among those", refusal);
        Assert.Contains("1 of the 2 validation images (000007) are among", refusal);
        Assert.Contains("--allow-leak", refusal);
    }

    [Fact]
    public void A_leak_that_is_allowed_is_counted()
    {
        var leak = Knowing("000001", "000007").Check(["000007"], ["000000", "000001"], isAllowed: true, Cancellation);

        Assert.Equal(new ImageLeak(ValidationImages: 1, TestImages: 1), leak);
        Assert.StartsWith("1 test and 1 validation images are among", leak!.ToString());
    }

    [Fact]
    public void Where_nothing_is_known_no_image_is_read() =>
        Assert.Null(new LeakGuard(ImageDigests.None, dataset).Check(["no such frame"], [], isAllowed: false, Cancellation));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private LeakGuard Knowing(params string[] frames) =>
        new(ImageDigesting.SetOf([.. frames.Select(frame => dataset.Image(frame).Path)], cancellation: Cancellation), dataset);
}
