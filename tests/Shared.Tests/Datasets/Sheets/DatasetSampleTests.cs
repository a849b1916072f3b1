using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Sheets;

namespace Pipeline.Shared.Tests.Datasets.Sheets;

public sealed class DatasetSampleTests : IDisposable
{
    private readonly KittiFolder kitti = new();

    public DatasetSampleTests()
    {
        for (var frame = 0; frame < KittiFolder.Frames; frame++)
        {
            File.WriteAllText(kitti.Label($"{frame:D6}.txt"), $"Car 0.00 0 {KittiFolder.Fields4To15}\n");
        }

        File.AppendAllText(kitti.Label("000003.txt"), $"forklift 0.00 0 {KittiFolder.Fields4To15}\n");
    }

    [Fact]
    public void The_same_seed_draws_the_same_images_and_more_of_them_begin_with_the_same()
    {
        var three = Draw(new DatasetSample { Images = 3, Seed = 7 });

        Assert.Equal(three, Draw(new DatasetSample { Images = 3, Seed = 7 }));
        Assert.Equal(three, Draw(new DatasetSample { Images = 5, Seed = 7 }).Take(3));
        Assert.Equal(KittiFolder.Frames, Draw(new DatasetSample { Images = 100, Seed = 7 }).Distinct().Count());
        Assert.Contains(Enumerable.Range(0, 20), seed => !Draw(new DatasetSample { Images = 3, Seed = (ulong)seed }).SequenceEqual(three));
    }

    [Fact]
    public void A_class_draws_only_images_with_it() =>
        Assert.Equal(["000003"], Draw(new DatasetSample { Images = 3, Class = "forklift" }));

    [Theory]
    [InlineData("forklfit", "there is no class 'forklfit'; there are Car, forklift. Did you mean 'forklift'?")]
    [InlineData("plane", "there is no class 'plane'; there are Car, forklift.")]
    [InlineData("DontCare", "there is no class 'DontCare'")]
    public void An_unknown_class_is_refused_with_those_that_there_are(string name, string message) =>
        Assert.Contains(
            message,
            Assert.Throws<UserErrorException>(() => Draw(new DatasetSample { Images = 3, Class = name })).Message);

    [Fact]
    public void A_known_class_without_objects_is_said()
    {
        File.WriteAllText(kitti.Label("000003.txt"), "");
        Assert.Contains(
            "no image has an object of class 'Tram'",
            Assert.Throws<UserErrorException>(() => Draw(new DatasetSample { Images = 3, Class = "Tram" })).Message);
    }

    [Fact]
    public void A_sheet_has_the_boxes_of_the_images()
    {
        var dataset = Dataset.Open(kitti.Root);
        var drawn = new DatasetSample { Images = 1 }.Draw(dataset, dataset.ImageIds, TestContext.Current.CancellationToken);
        using var with = DatasetSheet.Draw(drawn.Images, ["Car"], cancellation: TestContext.Current.CancellationToken);
        using var without = DatasetSheet.Draw(
            [drawn.Images[0] with { Annotations = [] }], ["Car"], cancellation: TestContext.Current.CancellationToken);

        Assert.Equal((without.WidthPixels, without.HeightPixels), (with.WidthPixels, with.HeightPixels));
        Assert.False(with.Pixels.SequenceEqual(without.Pixels));
    }

    public void Dispose() => kitti.Dispose();

    private string[] Draw(DatasetSample sample)
    {
        var dataset = Dataset.Open(kitti.Root);
        return [.. sample.Draw(dataset, dataset.ImageIds, TestContext.Current.CancellationToken).Images.Select(entry => entry.Image.Id)];
    }
}
