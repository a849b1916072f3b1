using System.Diagnostics;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Checking;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Shared.Tests.Datasets;

/// <summary>A temporary data set of five drawn scenes of 192 × 96 pixels, for tests that change it.</summary>
internal sealed class KittiFolder : IDisposable
{
    public const int Frames = 5;

    /// <summary>A valid alpha, box, size, position and rotation.</summary>
    public const string Fields4To15 = "-1.57 20.00 30.00 80.00 70.00 1.50 1.60 3.90 1.00 1.50 10.00 0.10";

    public KittiFolder() =>
        StreetSceneWriter.WriteKitti(Root, new StreetSceneOptions { WidthPixels = 192, HeightPixels = 96 }, 0, Frames);

    public string Root { get; } = Directory.CreateTempSubdirectory("kitti-cases").FullName;

    public string Image(string name) => Path.Combine(Root, "training", "image_2", name);

    public string Label(string name) => Path.Combine(Root, "training", "label_2", name);

    /// <summary>Writes a list of frames and returns its path.</summary>
    public string List(string text)
    {
        var path = Path.Combine(Root, "list.txt");
        File.WriteAllText(path, text);
        return path;
    }

    public DatasetSurvey Survey()
    {
        var dataset = Dataset.Open(Root);
        return DatasetSurvey.Of(dataset, dataset.ImageIds, new ImageLimits(), TestContext.Current.CancellationToken);
    }

    public DatasetCheckReport Check(params string[] lists) =>
        DatasetCheck.Run(Dataset.Open(Root), lists, cancellation: TestContext.Current.CancellationToken);

    public static void Replace(string path, Action<string> make)
    {
        File.Delete(path);
        make(path);
    }

    public static void MakePipe(string path)
    {
        using var make = Process.Start("mkfifo", [path]);
        make.WaitForExit();
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
