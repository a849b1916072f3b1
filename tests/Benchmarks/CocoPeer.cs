using System.Diagnostics;
using Pipeline.Shared.Datasets;

namespace Pipeline.Benchmarks;

/// <summary>Opens a COCO file and reads the labels of all its images: seconds, and the whole process's peak of memory.</summary>
internal static class CocoPeer
{
    /// <param name="folder">The data set.</param>
    /// <param name="runs">How often it is opened; the first run, with its compilation, counts too.</param>
    public static void Run(string folder, int runs)
    {
        for (var run = 0; run < runs; run++)
        {
            PeakMemory.Reset();
            var start = Stopwatch.GetTimestamp();
            var startCpu = Environment.CpuUsage.TotalTime;
            var dataset = Dataset.Open(folder);
            var opened = Stopwatch.GetElapsedTime(start).TotalSeconds;
            var cpu = (Environment.CpuUsage.TotalTime - startCpu).TotalSeconds;
            var peak = PeakMemory.Bytes() / 1e6;
            start = Stopwatch.GetTimestamp();
            var objects = dataset.Images.Sum(image => dataset.Read(image, 640, 480).Annotations.Count);
            var read = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Console.WriteLine(FormattableString.Invariant(
                $"opened in {opened:F2} s ({cpu:F2} s of processors), peak {peak:F0} MB"));
            Console.WriteLine(FormattableString.Invariant(
                $"{objects} annotations of {dataset.Images.Count} images read in {read:F2} s"));
        }
    }
}
