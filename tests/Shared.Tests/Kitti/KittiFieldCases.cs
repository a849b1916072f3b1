using System.Diagnostics;
using Pipeline.Golden;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Kitti;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Shared.Tests.Kitti;

/// <summary>Data sets as people have them; each test bears the id of its case in <c>tests/FieldCases/README.md</c>.</summary>
public sealed class KittiFieldCases : IDisposable
{
    private const int Frames = 5;
    private const string Rest = "-1.57 20.00 30.00 80.00 70.00 1.50 1.60 3.90 1.00 1.50 10.00 0.10";
    private readonly string folder = Directory.CreateTempSubdirectory("kitti-cases").FullName;

    public KittiFieldCases() =>
        StreetSceneWriter.WriteKitti(folder, new StreetSceneOptions { WidthPixels = 192, HeightPixels = 96 }, 0, Frames);

    [Theory]
    [InlineData("000000.JPG"), InlineData("000000.Png"), InlineData("000000.webp")]
    [InlineData("000000.BMP"), InlineData("000000.gif"), InlineData("000000.jfif")]
    public void K1_images_of_every_format_and_case_are_frames(string name)
    {
        File.Move(Image("000000.png"), Image(name));

        var dataset = KittiDataset.Open(folder);

        Assert.Equal(Frames, dataset.FrameIds.Count);
        Assert.Equal(Image(name), dataset.ImagePath("000000"));
        Assert.Empty(dataset.Remarks());
    }

    [Fact]
    public void K1_the_photo_with_upper_case_extension_is_surveyed()
    {
        File.Delete(Image("000000.png"));
        File.Copy(FieldCases.Path("images/000000.JPG"), Image("000000.JPG"));

        Assert.Equal(Frames, Survey().Frames.Count);
    }

    [Fact]
    public void K12_folders_in_place_of_files_are_told_and_all_doubles_are_listed()
    {
        File.Delete(Label("000001.txt"));
        Directory.CreateDirectory(Label("000001.txt"));
        File.Copy(Image("000002.png"), Image("000002.JPG"));
        File.Copy(Image("000003.png"), Image("000003.bmp"));

        var defects = KittiCheck.Run(KittiDataset.OpenWithDoubles(folder), [], cancellation: TestContext.Current.CancellationToken).Defects;

        string[] expected = ["000001.txt: this is a folder", "second image of the same name (000002", "second image of the same name (000003"];
        Assert.Equal(expected.Length, defects.Count);
        Assert.All(expected, text => Assert.Contains(defects, defect => defect.Contains(text, StringComparison.Ordinal)));
    }

    [Fact]
    public void K11_a_score_in_a_label_is_said()
    {
        File.AppendAllText(Label("000002.txt"), $"Car 0.00 0 {Rest} 0.9\n");

        Assert.Contains("1 lines have a score", Assert.Single(Survey().Remarks));
    }

    [Theory]
    [InlineData("000000.JPG"), InlineData("000000.PNG"), InlineData("000000.webp")]
    public void K1_two_images_of_one_frame_are_refused(string second)
    {
        File.Copy(Image("000000.png"), Image(second));

        Assert.Contains("second image of the same name", Assert.Throws<UserErrorException>(() => KittiDataset.Open(folder)).Message);
    }

    [Theory]
    [InlineData("._000000.png"), InlineData(".000009.png"), InlineData(".DS_Store")]
    public void K3_hidden_files_are_ignored(string name)
    {
        File.WriteAllText(Image(name), "metadata of a file system");
        File.WriteAllText(Label("._000000.txt"), "metadata of a file system");

        var dataset = KittiDataset.Open(folder);

        Assert.Equal(Frames, dataset.FrameIds.Count);
        Assert.Empty(dataset.Remarks());
        Assert.Empty(Check().Defects);
    }

    [Fact]
    public void K3_images_without_label_labels_without_image_and_other_files_are_said_with_count_and_first_names()
    {
        File.Delete(Label("000001.txt"));
        File.Delete(Label("000003.txt"));
        File.WriteAllText(Label("000077.txt"), "");
        File.WriteAllText(Image("000009.tiff"), "");
        File.WriteAllText(Image("Thumbs.db"), "");

        var dataset = KittiDataset.Open(folder);
        var remarks = dataset.Remarks().ToArray();

        Assert.Equal(["000000", "000002", "000004"], dataset.FrameIds);
        Assert.Equal(3, remarks.Length);
        Assert.Contains("2 images have no label file", remarks[0]);
        Assert.Contains("(000001.png, 000003.png)", remarks[0]);
        Assert.Contains("1 label files have no image", remarks[1]);
        Assert.Contains("(000077.txt)", remarks[1]);
        Assert.Contains("2 files in", remarks[2]);
        Assert.Contains("(000009.tiff, Thumbs.db)", remarks[2]);
        Assert.Equal(5, Check().Defects.Count);
    }

    [Theory]
    [InlineData("\t"), InlineData("  \t "), InlineData("\u00A0"), InlineData("\u3000"), InlineData("\v")]
    public void K4_any_white_space_separates(string separator)
    {
        var line = separator + $"Car 0.00 0 {Rest}".Replace(" ", separator) + separator + "\r\n";

        Assert.Equal(new Box(20, 30, 80, 70), Assert.Single(KittiLabelFile.Parse(line, "a.txt")).Box);
    }

    [Fact]
    public void K4_a_file_with_tabs_has_no_defect()
    {
        File.Copy(FieldCases.Path("labels/tabs.txt"), Label("000002.txt"), overwrite: true);

        Assert.Empty(Check().Defects);
    }

    [Theory]
    [InlineData("DontCare -1 -1 -10 -1 -1 -1 -1 -1 -1 -1 -1000 -1000 -1000 -10")]
    [InlineData("DontCare -1 -1 -10 50 50 40 60 -1 -1 -1 -1000 -1000 -1000 -10")]
    [InlineData("DontCare -1 -1 -10 0 0 0 0 -1 -1 -1 -1000 -1000 -1000 -10")]
    public void K8_a_region_without_area_is_ignored_with_a_remark(string line)
    {
        File.WriteAllText(Label("000002.txt"), $"Car 0.00 0 {Rest}\n{line}\n");

        var survey = Survey();

        Assert.Single(survey.Frames[2].Objects);
        Assert.Contains("1 DontCare regions without area are ignored", Assert.Single(survey.Remarks));
        Assert.Contains("000002.txt:2", survey.Remarks[0]);
    }

    [Fact]
    public void K8_an_object_without_area_is_refused_with_file_line_and_field()
    {
        File.WriteAllText(Label("000002.txt"), "Car 0 0 0 50 50 50 60 1 1 1 1 1 1 0\n");

        Assert.Contains(
            "000002.txt:1: field 7 (right): 50 is not right of field 5 (left): 50",
            Assert.Throws<UserErrorException>(() => Survey()).Message);
    }

    [Theory]
    [InlineData("500 500 900 900", "lie outside of their image and are left out", 0)]
    [InlineData("-80 10 0 50", "lie outside of their image and are left out", 0)]
    [InlineData("192 10 220 50", "lie outside of their image and are left out", 0)]
    [InlineData("150 10 900 50", "leave their image; training cuts them, measuring does not", 1)]
    [InlineData("-40 -40 400 400", "leave their image; training cuts them, measuring does not", 1)]
    public void K9_boxes_beyond_the_image_are_left_out_or_cut_with_count_and_first_places(string box, string remark, int objects)
    {
        File.WriteAllText(Label("000002.txt"), $"Car 0 0 0 {box} 1 1 1 1 1 1 0\n");

        var survey = Survey();

        Assert.Equal(objects, survey.Frames[2].Objects.Count);
        Assert.Contains(remark, Assert.Single(survey.Remarks));
        Assert.Contains("000002.txt:1", survey.Remarks[0]);
        Assert.Contains("the image of 192 x 96 pixels", Assert.Single(Check().Defects));
    }

    [Fact]
    public void K9_a_box_over_the_border_by_rounding_is_no_remark()
    {
        File.WriteAllText(Label("000002.txt"), "Car 0 0 0 -0.5 10 192.9 50 1 1 1 1 1 1 0\n");

        Assert.Empty(Survey().Remarks);
    }

    [Theory]
    [InlineData("Car 5.00 0 " + Rest, "field 2 (truncated): '5.00'")]
    [InlineData("Car -0.5 0 " + Rest, "field 2 (truncated): '-0.5'")]
    [InlineData("Car 0 1e12 " + Rest, "field 3 (occluded): '1e12'")]
    [InlineData("Car 0 4 " + Rest, "field 3 (occluded): '4'")]
    [InlineData("Car 0 0 7 20 30 80 70 1 1 1 1 1 1 0", "field 4 (alpha): '7'")]
    [InlineData("Car 0 0 0 20 30 80 70 -3 1 1 1 1 1 0", "field 9 (height): '-3'")]
    [InlineData("Car 0 0 0 20 30 80 70 1 1 1 1 1 1 90", "field 15 (rotation_y): '90'")]
    public void K11_values_out_of_the_formats_range_are_defects_for_the_check_and_do_not_stop_a_training(string line, string defect)
    {
        File.WriteAllText(Label("000002.txt"), line + "\n");

        Assert.Contains("000002.txt:1: " + defect, Assert.Single(Check().Defects));
        Assert.Single(Survey().Frames[2].Objects);
    }

    [Fact]
    public void K11_the_cases_file_has_two_defects()
    {
        File.Copy(FieldCases.Path("labels/occluded-out-of-range.txt"), Label("000002.txt"), overwrite: true);

        Assert.Equal(2, Check().Defects.Count);
    }

    [Fact]
    public void K12_every_file_that_cannot_be_opened_is_a_defect_and_the_check_goes_on()
    {
        Replace(Image("000000.png"), path => File.CreateSymbolicLink(path, "nowhere.png"));
        Replace(Image("000001.png"), MakePipe);
        Replace(Label("000002.txt"), path => File.CreateSymbolicLink(path, "nowhere.txt"));
        Replace(Label("000003.txt"), MakePipe);
        File.WriteAllText(Label("000004.txt"), "Car\n");

        var defects = Check(Path.Combine(folder, "no-list.txt")).Defects;

        string[] expected =
        [
            "000000.png: this is a link to nowhere.png", "000001.png: this is a pipe",
            "000002.txt: this is a link to nowhere.txt", "000003.txt: this is a pipe",
            "000004.txt:1: expected 15 fields", "no-list.txt: there is no such list of frames",
        ];
        Assert.Equal(expected.Length, defects.Count);
        Assert.All(expected, text => Assert.Contains(defects, defect => defect.Contains(text, StringComparison.Ordinal)));
        Assert.Contains("000000.png", Assert.Throws<UserErrorException>(() => Survey()).Message);
    }

    [Theory]
    [InlineData("000000\n000001\n000000\n", ":3: frame '000000' stands in line 1 too")]
    [InlineData(
        "000000\n\n# none\n000001.png\n",
        ":4: frame '000001.png' has no image; a list holds names without folder and extension, as '000001'")]
    [InlineData(
        "training/image_2/000001.png\n",
        ":1: frame 'training/image_2/000001.png' has no image; a list holds names without folder and extension, as '000001'")]
    [InlineData("training\\image_2\\000001\n", "a list holds names without folder and extension, as '000001'")]
    [InlineData("000001 # a note\n", "a line holds one name and nothing behind it, as '000001'")]
    [InlineData("000001,000002\n", "a line holds one name and nothing behind it, as '000001'")]
    [InlineData("1\n", ":1: frame '1' has no image; its name is '000001'")]
    [InlineData("000088\n", ":1: frame '000088' has no image.")]
    [InlineData("# nothing\n\n", "the list of frames is empty")]
    public void E4_E5_a_wrong_line_of_a_list_is_named_with_list_and_line(string text, string message) =>
        Assert.Contains(message, Assert.Throws<UserErrorException>(() => FrameList.Read(List(text), KittiDataset.Open(folder))).Message);

    [Fact]
    public void E5_comments_empty_lines_a_byte_order_mark_and_line_ends_of_windows_are_read() =>
        Assert.Equal(["000003", "000001"], FrameList.Read(List("\uFEFF# test\r\n\r\n 000003 \r\n000001"), KittiDataset.Open(folder)));

    [Theory]
    [InlineData("lists/duplicate.txt", ":2: frame '000000' stands in line 1 too")]
    [InlineData(
        "lists/with-extension.txt",
        ":1: frame '000000.png' has no image; a list holds names without folder and extension")]
    public void E4_E5_the_lists_of_the_cases_are_refused(string list, string message) =>
        Assert.Contains(
            message,
            Assert.Throws<UserErrorException>(() => FrameList.Read(FieldCases.Path(list), KittiDataset.Open(folder))).Message);

    [Fact]
    public void E5_the_list_with_a_comment_is_read() =>
        Assert.NotEmpty(FrameList.Read(FieldCases.Path("lists/comment.txt"), KittiDataset.Open(folder)));

    [Fact]
    public void E3_frames_without_objects_have_no_average_precision()
    {
        var result = Pipeline.Shared.Evaluation.DetectionEvaluation.Evaluate(
            ["Car"],
            [new("a", [], [new Detection(0, 0.9f, new Box(0, 0, 9, 9))])]);

        Assert.Null(result.Map);
        Assert.Null(result.Map50);
        Assert.Null(result.Map75);
        Assert.Null(result.PerClass["Car"]);
    }

    [Theory]
    [InlineData("traffic light"), InlineData("stop\tsign"), InlineData("")]
    public void X1_a_class_that_would_break_the_result_line_is_refused_with_a_hint(string label)
    {
        Detection[] detections = [new Detection(0, 0.5f, new Box(0, 0, 1, 1))];
        var refusal = Assert.Throws<UserErrorException>(() => KittiResultFile.Format(detections, [label]));
        Assert.Contains("use JSON", refusal.Message);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private FrameSurvey Survey()
    {
        var dataset = KittiDataset.Open(folder);
        return FrameSurvey.Of(dataset, dataset.FrameIds, new ImageLimits(), TestContext.Current.CancellationToken);
    }

    private KittiCheckReport Check(params string[] lists) =>
        KittiCheck.Run(KittiDataset.Open(folder), lists, cancellation: TestContext.Current.CancellationToken);

    private string Image(string name) => Path.Combine(folder, "training", "image_2", name);

    private string Label(string name) => Path.Combine(folder, "training", "label_2", name);

    private string List(string text)
    {
        var path = Path.Combine(folder, "list.txt");
        File.WriteAllText(path, text);
        return path;
    }

    private static void Replace(string path, Action<string> make)
    {
        File.Delete(path);
        make(path);
    }

    private static void MakePipe(string path)
    {
        using var make = Process.Start("mkfifo", [path]);
        make.WaitForExit();
    }
}
