using CsCheck;
using Pipeline.Golden;
using Pipeline.Shared;
using Pipeline.Training.Augmentation;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Data;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Augmentation;

public sealed class ScaledViewsTests
{
    [Fact]
    public void No_crop_of_an_image_of_the_least_size_has_fewer_pixels_than_its_view() =>
        Gen.Select(Gen.Int[1, 4000], Gen.Int[1, 4000], Gen.Double[0.05, 1], Gen.Int[16, 300], Gen.ULong).Sample((
            width,
            height,
            minScale,
            size,
            seed) =>
        {
            var crop = new RandomResizedCrop(minScale, 1);
            if (!crop.LeastImage(size).Allows(width, height))
            {
                return;
            }

            var chosen = crop.Choose(height, width, new RandomNumbers(seed, "test"));
            Assert.True(Math.Min(chosen.Height, chosen.Width) >= size, $"{chosen} of {width} x {height} for {size}");
        });

    [Fact]
    public void Views_of_nuScenes_images_are_made_of_half_of_their_sides()
    {
        var views = new ViewAugmentation(new ViewOptions()).LeastImage;
        var both = views.And(new JigsawAugmentation(new JigsawOptions()).LeastImage);

        Assert.True(both.Allows(800, 450));
        Assert.False(both.Allows(400, 225));
        Assert.False(views.Allows(1242 / 2, 375 / 2));
    }

    [Fact]
    public void Off_it_changes_no_bit_and_on_the_views_are_others()
    {
        using var scope = NewDisposeScope();
        var folder = SharedData.Path("data/nuscenes-sample/images");
        string[] files = [.. Directory.GetFiles(folder, "*.jpg").Order(StringComparer.Ordinal).Take(2)];
        Tensor Views(ViewOptions options)
        {
            var views = new ContrastiveViews(files, options, null, 1, new SkippedImages(0));
            return views.Epoch(1, files.Length, 1).Single().Query;
        }

        var whole = Views(new ViewOptions());

        Assert.True(whole.eq(Views(new ViewOptions { ScaledDecoding = false })).all().item<bool>());
        Assert.False(whole.eq(Views(new ViewOptions { ScaledDecoding = true })).all().item<bool>());
    }
}
