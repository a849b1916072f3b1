using Pipeline.Training.Contrastive;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Augmentation;
using Pipeline.Training.Data;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Contrastive;

/// <summary>Pairs of views for the contrastive training.</summary>
public sealed class ContrastiveViewsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("views").FullName;

    public ContrastiveViewsTests() =>
        StreetSceneWriter.WriteImages(
            Path.Combine(folder, "images"), new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 }, 0, 20);

    [Fact]
    public void The_key_views_are_not_the_query_views_and_change_with_the_epoch()
    {
        using var scope = NewDisposeScope();
        var files = UnlabeledImages.Of(Path.Combine(folder, "images")).Files;
        var patches = new JigsawOptions { CropSizePixels = 48, PatchSizePixels = 12 };
        var views = new ContrastiveViews(files, new ViewOptions { SizePixels = 32 }, patches, 1, new SkippedImages(0));
        using var first = views.Epoch(1, 4, 2).First();
        using var again = views.Epoch(1, 4, 1).First();
        using var other = views.Epoch(2, 4, 1).First();

        Assert.True(first.Query.eq(again.Query).all().item<bool>() && first.Key.eq(again.Key).all().item<bool>());
        Assert.False(first.Query.eq(first.Key).all().item<bool>());
        Assert.False(first.Query.eq(other.Query).all().item<bool>());
        Assert.Equal([36, 3, 12, 12], first.Patches!.shape);
        Assert.True(first.Patches.eq(again.Patches!).all().item<bool>() && first.PatchOrder!.eq(again.PatchOrder!).all().item<bool>());
        Assert.True(first.PatchOrder.sort(1).Values.eq(arange(9)).all().item<bool>());
    }

    [Fact]
    public void Memory_is_flat_over_epochs_of_views()
    {
        using var scope = NewDisposeScope();
        var files = UnlabeledImages.Of(Path.Combine(folder, "images")).Files;
        var patches = new JigsawOptions { CropSizePixels = 48, PatchSizePixels = 12 };
        var views = new ContrastiveViews(files, new ViewOptions { SizePixels = 32 }, patches, 1, new SkippedImages(0));
        long ResidentBytes(int epochs)
        {
            for (var epoch = 0; epoch < epochs; epoch++)
            {
                foreach (var batch in views.Epoch(epoch, 4, 3))
                {
                    batch.Dispose();
                }
            }

            GC.Collect();
            using var process = System.Diagnostics.Process.GetCurrentProcess();
            return process.PrivateMemorySize64;
        }

        var before = ResidentBytes(20);
        Assert.InRange(ResidentBytes(100) - before, long.MinValue, 40 << 20);   // leaked, the views of 100 epochs would be 80 MB
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
