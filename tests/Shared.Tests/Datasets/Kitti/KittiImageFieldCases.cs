using Pipeline.Golden;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Checking;

namespace Pipeline.Shared.Tests.Datasets;

/// <summary>Image files as people have them; each test bears the id of its case in <c>tests/FieldCases/README.md</c>.</summary>
public sealed class KittiImageFieldCases : IDisposable
{
    private readonly KittiFolder kitti = new();

    [Theory]
    [InlineData("000000.JPG"), InlineData("000000.Png"), InlineData("000000.webp")]
    [InlineData("000000.BMP"), InlineData("000000.gif"), InlineData("000000.jfif")]
    public void K1_images_of_every_format_and_case_are_frames(string name)
    {
        File.Move(kitti.Image("000000.png"), kitti.Image(name));

        var dataset = Dataset.Open(kitti.Root);

        Assert.Equal(KittiFolder.Frames, dataset.ImageIds.Count);
        Assert.Equal(kitti.Image(name), dataset.Image("000000").Path);
        Assert.Empty(dataset.Remarks());
    }

    [Fact]
    public void K1_the_photo_with_upper_case_extension_is_surveyed()
    {
        File.Delete(kitti.Image("000000.png"));
        File.Copy(FieldCases.Path("images/000000.JPG"), kitti.Image("000000.JPG"));

        Assert.Equal(KittiFolder.Frames, kitti.Survey().Images.Count);
    }

    [Theory]
    [InlineData("000000.JPG"), InlineData("000000.PNG"), InlineData("000000.webp")]
    public void K1_two_images_of_one_frame_are_refused(string second)
    {
        File.Copy(kitti.Image("000000.png"), kitti.Image(second));

        Assert.Contains("second image of the same name", Assert.Throws<UserErrorException>(() => Dataset.Open(kitti.Root)).Message);
    }

    [Theory]
    [InlineData("._000000.png"), InlineData(".000009.png"), InlineData(".DS_Store")]
    public void K3_hidden_files_are_ignored(string name)
    {
        File.WriteAllText(kitti.Image(name), "metadata of a file system");
        File.WriteAllText(kitti.Label("._000000.txt"), "metadata of a file system");

        var dataset = Dataset.Open(kitti.Root);

        Assert.Equal(KittiFolder.Frames, dataset.ImageIds.Count);
        Assert.Empty(dataset.Remarks());
        Assert.Empty(kitti.Check().Findings);
    }

    [Fact]
    public void K3_images_without_label_labels_without_image_and_other_files_are_said_with_count_and_first_names()
    {
        File.Delete(kitti.Label("000001.txt"));
        File.Delete(kitti.Label("000003.txt"));
        File.WriteAllText(kitti.Label("000077.txt"), "");
        File.WriteAllText(kitti.Image("000009.tiff"), "");
        File.WriteAllText(kitti.Image("Thumbs.db"), "");

        var dataset = Dataset.Open(kitti.Root);
        var remarks = dataset.Remarks().ToArray();

        Assert.Equal(["000000", "000002", "000004"], dataset.ImageIds);
        Assert.Equal(3, remarks.Length);
        Assert.Contains("2 images are left out: each has no label file", remarks[0]);
        Assert.Contains("000001.png", remarks[0]);
        Assert.Contains("1 label files have no image", remarks[1]);
        Assert.Contains("000077.txt)", remarks[1]);
        Assert.Contains("2 files beside the images", remarks[2]);
        Assert.Contains("Thumbs.db)", remarks[2]);
        Assert.Equal(5, kitti.Check().Findings.Count);
    }

    [Fact]
    public void K12_folders_in_place_of_files_are_told_and_all_doubles_are_listed()
    {
        File.Delete(kitti.Label("000001.txt"));
        Directory.CreateDirectory(kitti.Label("000001.txt"));
        File.Copy(kitti.Image("000002.png"), kitti.Image("000002.JPG"));
        File.Copy(kitti.Image("000003.png"), kitti.Image("000003.bmp"));

        var defects = DatasetCheck.Run(
            Dataset.OpenWithErrors(kitti.Root), [], cancellation: TestContext.Current.CancellationToken).Findings;

        string[] expected = [
            "000001.txt: this is a folder", "second image of the same name (000002", "second image of the same name (000003"];
        Assert.Equal(expected.Length, defects.Count);
        Assert.All(expected, text => Assert.Contains(defects, defect => defect.ToString().Contains(text, StringComparison.Ordinal)));
    }

    [Fact]
    public void K12_every_file_that_cannot_be_opened_is_a_defect_and_the_check_goes_on()
    {
        KittiFolder.Replace(kitti.Image("000000.png"), path => File.CreateSymbolicLink(path, "nowhere.png"));
        KittiFolder.Replace(kitti.Image("000001.png"), KittiFolder.MakePipe);
        KittiFolder.Replace(kitti.Label("000002.txt"), path => File.CreateSymbolicLink(path, "nowhere.txt"));
        KittiFolder.Replace(kitti.Label("000003.txt"), KittiFolder.MakePipe);
        File.WriteAllText(kitti.Label("000004.txt"), "Car\n");

        var defects = kitti.Check(Path.Combine(kitti.Root, "no-list.txt")).Findings;

        string[] expected =
        [
            "000000.png: this is a link to nowhere.png", "000001.png: this is a pipe",
            "000002.txt: this is a link to nowhere.txt", "000003.txt: this is a pipe",
            "000004.txt:1: expected 15 fields", "no-list.txt: there is no such list of images",
        ];
        Assert.Equal(expected.Length, defects.Count);
        Assert.All(expected, text => Assert.Contains(defects, defect => defect.ToString().Contains(text, StringComparison.Ordinal)));
        Assert.Contains("000000.png", Assert.Throws<UserErrorException>(() => kitti.Survey()).Message);
    }

    public void Dispose() => kitti.Dispose();
}
