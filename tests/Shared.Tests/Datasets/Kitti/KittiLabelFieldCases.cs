using Pipeline.Golden;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Datasets;

/// <summary>Labels as people have them; each test bears the id of its case in <c>tests/FieldCases/README.md</c>.</summary>
public sealed class KittiLabelFieldCases : IDisposable
{
    private readonly KittiFolder kitti = new();

    [Theory]
    [InlineData("\t"), InlineData("  \t "), InlineData("\u00A0"), InlineData("\u3000"), InlineData("\v")]
    public void K4_any_white_space_separates(string separator)
    {
        var line = separator + $"Car 0.00 0 {KittiFolder.Fields4To15}".Replace(" ", separator) + separator + "\r\n";

        Assert.Equal(new Box(20, 30, 80, 70), Assert.Single(KittiLabelFile.Parse(line, "a.txt")).Box);
    }

    [Fact]
    public void K4_a_file_with_tabs_has_no_defect()
    {
        File.Copy(FieldCases.Path("labels/tabs.txt"), kitti.Label("000002.txt"), overwrite: true);

        Assert.Empty(kitti.Check().Findings);
    }

    [Theory]
    [InlineData("DontCare -1 -1 -10 -1 -1 -1 -1 -1 -1 -1 -1000 -1000 -1000 -10")]
    [InlineData("DontCare -1 -1 -10 50 50 40 60 -1 -1 -1 -1000 -1000 -1000 -10")]
    [InlineData("DontCare -1 -1 -10 0 0 0 0 -1 -1 -1 -1000 -1000 -1000 -10")]
    public void K8_a_region_without_area_is_ignored_with_a_remark(string line)
    {
        File.WriteAllText(kitti.Label("000002.txt"), $"Car 0.00 0 {KittiFolder.Fields4To15}\n{line}\n");

        var survey = kitti.Survey();

        Assert.Single(survey.Images[2].Annotations);
        Assert.Contains("1 DontCare regions without area are left out", Assert.Single(survey.Remarks));
        Assert.Contains("000002.txt:2", survey.Remarks[0]);
    }

    [Fact]
    public void K8_an_object_without_area_is_left_out_with_a_remark()
    {
        File.WriteAllText(kitti.Label("000002.txt"), "Car 0 0 0 50 50 50 60 1 1 1 1 1 1 0\n");

        var survey = kitti.Survey();

        Assert.Empty(survey.Images[2].Annotations);
        Assert.Contains("1 boxes without area are left out", Assert.Single(survey.Remarks));
        Assert.Contains("000002.txt:1", survey.Remarks[0]);
    }

    [Fact]
    public void K8_a_box_whose_corners_are_swapped_is_refused_with_file_line_and_field()
    {
        File.WriteAllText(kitti.Label("000002.txt"), "Car 0 0 0 50 50 40 60 1 1 1 1 1 1 0\n");

        Assert.Contains(
            "000002.txt:1: field 7 (right): 40 is left of field 5 (left): 50",
            Assert.Throws<UserErrorException>(() => kitti.Survey()).Message);
    }

    [Theory]
    [InlineData("car", "'Car'"), InlineData("Cars", "'Car'")]
    [InlineData("pedestrain", "'Pedestrian'"), InlineData("dontcare", "'DontCare'")]
    public void K6_a_class_that_is_nearly_one_of_KITTIs_is_said_with_its_line(string type, string meant)
    {
        File.WriteAllText(kitti.Label("000002.txt"), $"{type} 0.00 0 {KittiFolder.Fields4To15}\n");

        Assert.Equal(type, Assert.Single(kitti.Survey().Images[2].Annotations).Class);
        var finding = Assert.Single(kitti.Check().Findings);
        Assert.Contains("000002.txt:1", finding.At);
        Assert.Contains(meant, finding.Message);
        Assert.False(finding.IsError);
    }

    [Fact]
    public void K6_labels_with_other_names_have_other_classes()
    {
        File.WriteAllText(kitti.Label("000002.txt"), $"forklift 0.00 0 {KittiFolder.Fields4To15}\nCar 0.00 0 {KittiFolder.Fields4To15}\n");

        Assert.Empty(kitti.Survey().Remarks);
        Assert.Contains("forklift", Dataset.Open(kitti.Root).Classes.Select(entry => entry.Name));
    }

    [Theory]
    [InlineData("500 500 900 900", "lie outside their image and are left out", 0)]
    [InlineData("-80 10 0 50", "lie outside their image and are left out", 0)]
    [InlineData("192 10 220 50", "lie outside their image and are left out", 0)]
    [InlineData("150 10 900 50", "extend beyond their image; training clips them, evaluation does not", 1)]
    [InlineData("-40 -40 400 400", "extend beyond their image; training clips them, evaluation does not", 1)]
    public void K9_boxes_beyond_the_image_are_left_out_or_cut_with_count_and_first_places(string box, string remark, int objects)
    {
        File.WriteAllText(kitti.Label("000002.txt"), $"Car 0 0 0 {box} 1 1 1 1 1 1 0\n");

        var survey = kitti.Survey();

        Assert.Equal(objects, survey.Images[2].Annotations.Count);
        Assert.Contains(remark, Assert.Single(survey.Remarks));
        Assert.Contains("000002.txt:1", survey.Remarks[0]);
        Assert.Contains("the image of 192 x 96 pixels", Assert.Single(kitti.Check().Findings).ToString());
    }

    [Fact]
    public void K9_a_box_over_the_border_by_rounding_is_no_remark()
    {
        File.WriteAllText(kitti.Label("000002.txt"), "Car 0 0 0 -0.5 10 192.9 50 1 1 1 1 1 1 0\n");

        Assert.Empty(kitti.Survey().Remarks);
    }

    [Theory]
    [InlineData("Car 5.00 0 " + KittiFolder.Fields4To15, "field 2 (truncated): '5.00'")]
    [InlineData("Car -0.5 0 " + KittiFolder.Fields4To15, "field 2 (truncated): '-0.5'")]
    [InlineData("Car 0 1e12 " + KittiFolder.Fields4To15, "field 3 (occluded): '1e12'")]
    [InlineData("Car 0 4 " + KittiFolder.Fields4To15, "field 3 (occluded): '4'")]
    [InlineData("Car 0 0 7 20 30 80 70 1 1 1 1 1 1 0", "field 4 (alpha): '7'")]
    [InlineData("Car 0 0 0 20 30 80 70 -3 1 1 1 1 1 0", "field 9 (height): '-3'")]
    [InlineData("Car 0 0 0 20 30 80 70 1 1 1 1 1 1 90", "field 15 (rotation_y): '90'")]
    public void K11_values_out_of_the_formats_range_are_defects_for_the_check_and_do_not_stop_a_training(string line, string defect)
    {
        File.WriteAllText(kitti.Label("000002.txt"), line + "\n");

        Assert.Contains("000002.txt:1: " + defect, Assert.Single(kitti.Check().Findings).ToString());
        Assert.Single(kitti.Survey().Images[2].Annotations);
    }

    [Fact]
    public void K11_the_cases_file_has_two_defects()
    {
        File.Copy(FieldCases.Path("labels/occluded-out-of-range.txt"), kitti.Label("000002.txt"), overwrite: true);

        Assert.Equal(2, kitti.Check().Findings.Count);
    }

    [Fact]
    public void K11_a_score_in_a_label_is_said()
    {
        File.AppendAllText(kitti.Label("000002.txt"), $"Car 0.00 0 {KittiFolder.Fields4To15} 0.9\n");

        Assert.Contains("1 lines have a score", Assert.Single(kitti.Survey().Remarks));
    }

    public void Dispose() => kitti.Dispose();
}
