using Pipeline.Shared.Imaging;
using Pipeline.Training.Augmentation;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Data;

namespace Pipeline.Benchmarks;

/// <summary>
/// Images that a core loads in a second of its time for contrastive training, with JPEGs decoded whole and at a reduced scale. Time is
/// the processor's, so that other programs on the machine count less.
/// </summary>
internal static class ViewLoading
{
    private const int EpochsOfRun = 8;

    /// <param name="folder">JPEG files.</param>
    /// <param name="runs">Rounds; in each one every kind is measured.</param>
    public static void Run(string folder, int runs)
    {
        string[] files = [.. Directory.GetFiles(folder, "*.jpg").Order(StringComparer.Ordinal)];
        var whole = new ViewOptions();
        var scaled = new ViewOptions { ScaledDecoding = true };
        var least = new ViewAugmentation(whole).LeastImage.And(new JigsawAugmentation(new JigsawOptions()).LeastImage);
        var kinds = new Dictionary<string, Action>
        {
            ["decoded whole"] = () => Decode(files, null),
            ["decoded at a reduced scale"] = () => Decode(files, least),
            ["two views, whole"] = () => Load(files, whole, null),
            ["two views, reduced scale"] = () => Load(files, scaled, null),
            ["two views and nine patches, whole"] = () => Load(files, whole, new JigsawOptions()),
            ["two views and nine patches, reduced scale"] = () => Load(files, scaled, new JigsawOptions()),
        };
        var seconds = kinds.Keys.ToDictionary(name => name, _ => new List<double>());
        for (var run = 0; run <= runs; run++)
        {
            foreach (var (name, work) in kinds)
            {
                var start = Environment.CpuUsage.TotalTime;
                work();
                seconds[name].Add((Environment.CpuUsage.TotalTime - start).TotalSeconds);
            }
        }

        foreach (var (name, times) in seconds)
        {
            var median = times.Skip(1).Order().ElementAt(runs / 2);
            Console.WriteLine(FormattableString.Invariant($"{name,-44} {EpochsOfRun * files.Length / median,7:F1} images/s"));
        }
    }

    private static void Decode(string[] files, LeastSize? least)
    {
        for (var epoch = 0; epoch < EpochsOfRun; epoch++)
        {
            foreach (var file in files)
            {
                using var image = ImageDecoder.DecodeFile(file, least: least);
            }
        }
    }

    private static void Load(string[] files, ViewOptions options, JigsawOptions? jigsaw)
    {
        var views = new ContrastiveViews(files, options, jigsaw, seed: 1, new SkippedImages(0));
        for (var epoch = 0; epoch < EpochsOfRun; epoch++)
        {
            foreach (var batch in views.Epoch(epoch, files.Length, workers: 1))
            {
                batch.Dispose();
            }
        }
    }
}
