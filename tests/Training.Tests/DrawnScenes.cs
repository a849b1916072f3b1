using Pipeline.Shared.Synthetic;
using Pipeline.Training.Tests;

[assembly: AssemblyFixture(typeof(DrawnScenes))]

namespace Pipeline.Training.Tests;

/// <summary>Sixteen drawn street scenes in KITTI's layout, for tests that read some data set and do not change it.</summary>
public sealed class DrawnScenes : IDisposable
{
    public DrawnScenes() =>
        StreetSceneWriter.WriteKitti(Folder, new StreetSceneOptions { WidthPixels = 192, HeightPixels = 96 }, 0, 16);

    /// <summary>Root of the data set.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("drawn-scenes").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
