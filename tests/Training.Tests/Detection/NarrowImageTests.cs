using Pipeline.Shared;
using Pipeline.Shared.Imaging;
using Pipeline.Training.Augmentation;
using Pipeline.Training.Backbones;
using Pipeline.Training.Detection;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection;

public sealed class NarrowImageTests
{
    [Theory]
    [InlineData(900, 1, ImageResize.BilinearTensor)]
    [InlineData(900, 1, ImageResize.AntialiasedBytes)]
    [InlineData(1, 900, ImageResize.BilinearTensor)]
    [InlineData(1, 1, ImageResize.AntialiasedBytes)]
    [InlineData(2, 4096, ImageResize.BilinearTensor)]
    [InlineData(2, 4096, ImageResize.AntialiasedBytes)]
    public void I1_a_detector_learns_from_images_so_narrow_that_a_side_would_vanish(int height, int width, ImageResize resize)
    {
        using var scope = NewDisposeScope();
        using var detector = new FasterRcnn(new DetectorOptions
        {
            NumClasses = 2,
            Backbone = new ResNetOptions { Architecture = "resnet18", WidthMultiplier = 0.125, BatchNorm = BatchNormMode.Train },
            FpnChannels = 16,
            BoxHeadChannels = 32,
            MinSizePixels = 96,
            MaxSizePixels = 200,
            Resize = resize,
        });
        detector.train();
        var narrow = ones(3, height, width, dtype: uint8);
        var usual = ones(3, 60, 80, dtype: uint8);
        var whole = new DetectionTarget(tensor(new float[] { 0, 0, width, height }).reshape(1, 4), tensor(new long[] { 1 }));
        var part = new DetectionTarget(tensor(new float[] { 10, 10, 40, 40 }).reshape(1, 4), tensor(new long[] { 1 }));

        var losses = detector.Losses([narrow, usual], [whole, part]);
        losses.Sum().backward();

        Assert.True(float.IsFinite(losses.Sum().item<float>()));
    }

    [Theory]
    [InlineData(900, 1)]
    [InlineData(1, 900)]
    [InlineData(1, 1)]
    [InlineData(2, 4096)]
    public void I1_views_and_patches_are_made_of_narrow_images(int height, int width)
    {
        using var image = RgbImage.Allocate(width, height);
        image.Pixels.Fill(100);
        var options = new ViewOptions { SizePixels = 32 };
        var augmentation = new ViewAugmentation(options);
        var patches = new JigsawAugmentation(new JigsawOptions { CropSizePixels = 48, PatchSizePixels = 12 });
        for (var index = 0; index < 20; index++)
        {
            var random = new RandomNumbers(1, "views", (ulong)index);
            var view = new float[3 * 32 * 32];
            var cut = new float[patches.Length];

            augmentation.Draw(height, width, random).Render(image, view);
            patches.Render(image, random, cut);

            Assert.All(view.Concat(cut), value => Assert.True(float.IsFinite(value)));
        }
    }
}
