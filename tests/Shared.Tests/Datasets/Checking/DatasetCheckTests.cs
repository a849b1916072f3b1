using Pipeline.Golden;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Checking;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Shared.Tests.Datasets.Checking;

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
        Assert.Equal(new ClassCount("Car", Objects: 59, Images: 14, Ignored: 0), real.Content.Classes[0]);
        Assert.Equal("Misc", real.Content.Classes[^1].Name);
        Assert.Equal(48, real.Content.RegionsOfAnyClass);
        Assert.Equal(real.Content.Objects, real.Content.Sizes.Small + real.Content.Sizes.Medium + real.Content.Sizes.Large);
        Assert.Equal(new PixelSize(1242, 375), real.Sizes!.MostCommon);
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

    [Fact]
    public void Objects_are_counted_by_class_and_size_and_images_without_objects_are_named()
    {
        using var kitti = new KittiFolder();
        WriteBoxes(kitti, 0, ("Car", 31, 32), ("Car", 32, 32), ("Van", 96, 95), ("DontCare", 10, 10));
        WriteBoxes(kitti, 1, ("Car", 96, 96), ("Misc", 5, 5));
        WriteBoxes(kitti, 2, ("DontCare", 10, 10));
        WriteBoxes(kitti, 3);
        WriteBoxes(kitti, 4, ("Car", 40, 40));

        var content = kitti.Check().Content;

        Assert.Equal(new ObjectSizeCounts(Small: 2, Medium: 3, Large: 1), content.Sizes);
        Assert.Equal(["000002", "000003"], content.ImagesWithoutObjects);
        Assert.Equal(2, content.RegionsOfAnyClass);
        Assert.Equal(new ClassCount("Car", Objects: 4, Images: 3, Ignored: 0), content.Classes.Single(entry => entry.Name == "Car"));
        Assert.Equal(new ClassCount("Tram", Objects: 0, Images: 0, Ignored: 0), content.Classes.Single(entry => entry.Name == "Tram"));
        Assert.Equal(new ClassCount("Misc", Objects: 1, Images: 1, Ignored: 0), content.Classes[^1]);
    }

    [Fact]
    public void Beside_a_wrong_line_the_others_count()
    {
        using var kitti = new KittiFolder();
        WriteBoxes(kitti, 0, ("Car", 40, 40));
        File.AppendAllText(kitti.Label("000000.txt"), "Car\n");
        File.WriteAllText(kitti.Label("000001.txt"), "Car\n");
        WriteBoxes(kitti, 2);
        WriteBoxes(kitti, 3, ("Car", 40, 40));
        WriteBoxes(kitti, 4, ("Car", 40, 40));

        var report = kitti.Check();

        Assert.Equal(2, report.Findings.Count);
        Assert.Equal(3, report.Content.Objects);
        Assert.Equal(["000002"], report.Content.ImagesWithoutObjects);
    }

    [Fact]
    public void A_damaged_image_and_its_labels_are_both_reported()
    {
        using var kitti = new KittiFolder();
        var bytes = File.ReadAllBytes(kitti.Image("000001.png"));
        File.WriteAllBytes(kitti.Image("000001.png"), bytes[..(bytes.Length / 2)]);
        File.WriteAllText(kitti.Label("000001.txt"), "Car\n");
        File.WriteAllText(kitti.Image("000002.png"), "nothing");
        File.WriteAllText(kitti.Label("000002.txt"), "Car\n");
        File.WriteAllText(kitti.Label("000003.txt"), "Car\n");

        var report = kitti.Check();
        var withoutDecoding = DatasetCheck.Run(
            Dataset.Open(kitti.Root), [], decode: false, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(5, report.Findings.Count);
        Assert.All(report.Findings, finding => Assert.True(finding.IsError));
        Assert.Equal(2, report.Unreadable);
        Assert.Equal(4, withoutDecoding.Findings.Count);
    }

    [Fact]
    public void Unlabeled_images_are_decoded_too()
    {
        using var kitti = new KittiFolder();
        File.Delete(kitti.Label("000001.txt"));
        File.WriteAllText(kitti.Image("000001.png"), "nothing");

        var report = kitti.Check();

        Assert.Contains("this is not a PNG", Assert.Single(report.Errors).Message);
        Assert.Contains("no label file", Assert.Single(report.Warnings).Message);
        Assert.Equal((4, 1, 1), (report.Images, report.Unlabeled, report.Unreadable));
    }

    [Fact]
    public void The_report_is_the_same_on_any_number_of_threads_and_progress_rises_to_the_number_of_images()
    {
        using var kitti = new KittiFolder();
        for (var frame = 0; frame < KittiFolder.Frames; frame++)
        {
            File.AppendAllText(kitti.Label($"{frame:D6}.txt"), "Car\nVan\n");
        }

        var seen = new List<int>();
        var reports = Enumerable.Range(0, 5).Select(_ => DatasetCheck.Run(
            Dataset.Open(kitti.Root), [], progress: new Counted(seen), cancellation: TestContext.Current.CancellationToken)).ToArray();

        Assert.Equal(10, reports[0].Findings.Count);
        Assert.All(reports, report => Assert.Equal(reports[0].Findings, report.Findings));
        Assert.Equal(Enumerable.Repeat(Enumerable.Range(1, KittiFolder.Frames), 5).SelectMany(count => count), seen);
    }

    [Fact]
    public void A_cancelled_check_ends()
    {
        using var kitti = new KittiFolder();
        Assert.ThrowsAny<OperationCanceledException>(
            () => DatasetCheck.Run(Dataset.Open(kitti.Root), [], cancellation: new CancellationToken(canceled: true)));
    }

    private static void WriteBoxes(KittiFolder kitti, int frame, params (string Class, int Width, int Height)[] boxes) =>
        File.WriteAllLines(
            kitti.Label($"{frame:D6}.txt"),
            boxes.Select(box => $"{box.Class} 0 0 0 0 0 {box.Width} {box.Height} 1 1 1 1 1 1 0"));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private sealed class Counted(List<int> seen) : IProgress<int>
    {
        public void Report(int value) => seen.Add(value);
    }
}
