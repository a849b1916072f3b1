using System.Security.Cryptography;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Shared.Tests.Synthetic;

public sealed class StreetScenesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("scenes").FullName;

    [Fact]
    public void A_seed_gives_the_same_bytes_and_another_seed_gives_others()
    {
        string[] Written(string name, int seed)
        {
            var root = Path.Combine(folder, name);
            StreetSceneWriter.WriteKitti(
                root, new StreetSceneOptions { Seed = seed }, 0, 6, cancellation: TestContext.Current.CancellationToken);
            return [
                .. Directory.GetFiles(root, "*", SearchOption.AllDirectories)
                    .Order()
                    .Select(file => Path.GetFileName(file) + " " + Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))))];
        }

        var first = Written("a", 7);

        Assert.Equal(12, first.Length);
        Assert.Equal(first, Written("b", 7));
        Assert.DoesNotContain(Written("c", 8), first.Contains);
    }

    [Fact]
    public void The_written_data_set_reads_back_with_every_class_and_degree_of_occlusion()
    {
        StreetSceneWriter.WriteKitti(folder, new StreetSceneOptions(), 0, 60, cancellation: TestContext.Current.CancellationToken);
        var dataset = Dataset.Open(folder);
        var labelFiles = Directory.GetFiles(Path.Combine(folder, "training", "label_2"));
        KittiObject[] objects = [.. labelFiles.Order().SelectMany(KittiLabelFile.Read)];

        Assert.Equal(60, dataset.ImageIds.Count);
        Assert.Equal(StreetSceneOptions.Classes.Order(), objects.Select(entry => entry.Type).Distinct().Order());
        Assert.Equal([0, 1, 2], objects.Select(entry => entry.Occluded).Distinct().Order());
        Assert.Contains(objects, entry => entry.Truncated > 0.2);
        Assert.All(objects, entry => Assert.True(entry.Box is { X1: >= 0, Y1: >= 0, X2: <= 384, Y2: <= 128, Width: > 5, Height: > 5 }));
        Assert.True(objects.Max(entry => entry.Box.Height) > 5 * objects.Min(entry => entry.Box.Height), "near and far");
    }

    [Fact]
    public void A_frame_does_not_depend_on_how_many_were_drawn_before()
    {
        using var alone = StreetScenes.Draw(new StreetSceneOptions(), 41).Image;
        using var before = StreetScenes.Draw(new StreetSceneOptions(), 40).Image;
        using var again = StreetScenes.Draw(new StreetSceneOptions(), 41).Image;
        Assert.True(alone.Pixels.SequenceEqual(again.Pixels));
        Assert.False(alone.Pixels.SequenceEqual(before.Pixels));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
