using Pipeline.Shared.Imaging;

namespace Pipeline.Benchmarks;

/// <summary>A data set of KITTI's layout in which many images have a size of their own, for measuring memory.</summary>
internal static class EvaluationScenes
{
    /// <param name="folder">A new folder.</param>
    /// <param name="sizes">How many sizes there are.</param>
    /// <param name="images">How many images there are; sizes take turns.</param>
    public static void Write(string folder, int sizes, int images)
    {
        var pictures = Directory.CreateDirectory(Path.Combine(folder, "training", "image_2")).FullName;
        var labels = Directory.CreateDirectory(Path.Combine(folder, "training", "label_2")).FullName;
        var random = new Random(1);
        for (var index = 0; index < images; index++)
        {
            var size = index % sizes;
            using var image = RgbImage.Allocate(1200 + 8 * size, 700 + 4 * size);
            image.Pixels.Fill((byte)random.Next(256));
            var name = $"{index:D6}";
            File.WriteAllBytes(Path.Combine(pictures, name + ".png"), ImageEncoder.Png(image));
            File.WriteAllText(Path.Combine(labels, name + ".txt"), "Car 0 0 0 100 100 300 200 1 1 1 1 1 1 0\n");
        }
    }
}
