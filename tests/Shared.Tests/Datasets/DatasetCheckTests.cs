using Pipeline.Golden;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Shared.Tests.Datasets;

public sealed class DatasetCheckTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("check").FullName;

    [Fact]
    public void Synthetic_and_real_frames_have_no_defect()
    {
        StreetSceneWriter.WriteKitti(folder, new StreetSceneOptions(), 0, 3, cancellation: TestContext.Current.CancellationToken);
        Assert.Empty(DatasetCheck.Run(Dataset.Open(folder), [], cancellation: TestContext.Current.CancellationToken).Findings);

        var real = DatasetCheck.Run(
            Dataset.Open(SharedData.Path("data/kitti-sample")), [], cancellation: TestContext.Current.CancellationToken);
        Assert.Empty(real.Findings);
        Assert.Equal(59, real.Objects["Car"]);
    }

    [Fact]
    public void Every_defect_is_said_with_its_file_and_line()
    {
        StreetSceneWriter.WriteKitti(
            folder,
            new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 },
            0,
            4,
            cancellation: TestContext.Current.CancellationToken);
        string Label(int frame) => Path.Combine(folder, "training", "label_2", $"{frame:D6}.txt");
        File.WriteAllLines(
            Label(0),
            [
                "Car 0 0 0 1 2 3",
                "Bus 0 0 0 1 2 30 40 -1 -1 -1 -1 -1 -1 -1",
                "Car 0 0 0 1 2 300 40 -1 -1 -1 -1 -1 -1 -1",
                "Car 0 0 0 1 2 30 40 -1 -1 -1 -1 -1 -1 -1 0.5",
            ]);
        File.Delete(Label(1));
        File.WriteAllText(Path.Combine(folder, "training", "image_2", "000002.png"), "nothing");
        File.WriteAllText(Label(9), "");
        var train = Path.Combine(folder, "train.txt");
        var test = Path.Combine(folder, "test.txt");
        File.WriteAllLines(train, ["000000", "000003"]);
        File.WriteAllLines(test, ["000003", "000077"]);

        var report = DatasetCheck.Run(Dataset.Open(folder), [train, test], cancellation: TestContext.Current.CancellationToken);

        string[] expected =
        [
            "000000.txt:1: expected 15 fields",
            "000000.txt:3: the box 1 2 300 40 extends beyond the image of 96 x 64", "000000.txt:4: field 16 (score)",
            "000001.png: the image has no label file",
            "000002.png: this is not a PNG", "000009.txt: there is no image", "test.txt:1: image '000003' is already in",
            "test.txt:2: image '000077' is not in the data set",
        ];
        string[] found = [.. report.Findings.Select(finding => finding.ToString())];
        Assert.All(expected, text => Assert.Contains(found, defect => defect.Contains(text, StringComparison.Ordinal)));
        Assert.Equal(expected.Length, report.Findings.Count);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
