using Pipeline.Shared.Datasets;

namespace Pipeline.Shared.Tests.Datasets.Coco;

public sealed class CocoAnnotationFilesTests : IDisposable
{
    private static readonly string Objects = CocoFolder.OneImage("[]");
    private static readonly string Captions = CocoFolder.OneImage("""[{"id": 1, "image_id": 7, "caption": "a car"}]""");

    private readonly CocoFolder coco = new();

    [Theory]
    [InlineData("labels.json", "a.jpg")]
    [InlineData("labels.json", "images/a.jpg")]
    [InlineData("labels.json", "data/a.jpg")]
    [InlineData("_annotations.coco.json", "a.jpg")]
    [InlineData("annotations/instances_val2017.json", "val2017/a.jpg")]
    [InlineData("annotations/instances_val2017.json", "images/val2017/a.jpg")]
    [InlineData("annotations/instances_default.json", "images/a.jpg")]
    [InlineData("annotations/train.json", "train/a.jpg")]
    [InlineData("annotations/train.json", "a.jpg")]
    public void A_folder_with_one_annotation_file_is_opened_and_its_images_are_found(string file, string image)
    {
        coco.Write(file, Objects);
        coco.WithImages(image);
        coco.Write("config.json", """{"size": 3}""");

        var dataset = Dataset.Open(coco.Root);

        Assert.Equal("coco", dataset.Format.Name);
        Assert.Equal("a", Assert.Single(dataset.ImageIds));
        Assert.Equal(Path.GetFullPath(coco.PathOf(image)), Path.GetFullPath(dataset.Image("a").Path));
    }

    [Fact]
    public void Files_of_captions_and_keypoints_beside_it_are_no_candidates()
    {
        coco.Write("annotations/instances_val2017.json", Objects);
        coco.Write("annotations/person_keypoints_val2017.json", Objects);
        coco.Write("annotations/captions_val2017.json", Captions);
        coco.Write("annotations/text.json", Captions);
        coco.WithImages("val2017/a.jpg");

        Assert.Equal(["a"], Dataset.Open(coco.Root).ImageIds);
    }

    [Fact]
    public void Of_several_files_one_must_be_named()
    {
        coco.Write("annotations/instances_train2017.json", Objects);
        coco.Write("annotations/instances_val2017.json", Objects);
        coco.WithImages("train2017/a.jpg");

        var message = coco.Refusal(() => Dataset.Open(coco.Root));

        Assert.Contains("2 annotation files; name one as --data FILE", message);
        Assert.Contains("instances_train2017.json", message);
        Assert.Contains("instances_val2017.json", message);
        Assert.Equal(["a"], Dataset.Open(coco.PathOf("annotations/instances_train2017.json")).ImageIds);
    }

    [Fact]
    public void Folders_of_splits_are_candidates()
    {
        coco.Write("train/_annotations.coco.json", Objects);
        coco.WithImages("train/a.jpg");

        Assert.Equal(["a"], Dataset.Open(coco.Root).ImageIds);
        coco.Write("valid/_annotations.coco.json", Objects);
        Assert.Contains("name one as --data FILE", coco.Refusal(() => Dataset.Open(coco.Root)));
    }

    [Fact]
    public void A_folder_without_one_is_refused()
    {
        coco.Write("config.json", """{"size": 3}""");

        Assert.Contains("no data set is found here", coco.Refusal(() => Dataset.Open(coco.Root)));
        Assert.Contains("there is no annotation file", coco.Refusal(() => Dataset.Open(coco.Root, "coco")));
    }

    [Fact]
    public void A_file_of_captions_is_refused()
    {
        coco.WithImages("a.jpg");

        Assert.Contains("no annotation has a bbox", coco.Refusal(Captions));
    }

    public void Dispose() => coco.Dispose();
}
