using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Conversion;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Files;
using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Tests.Datasets.Conversion;

public sealed class DatasetConversionTests : IDisposable
{
    private readonly KittiFolder kitti = new();
    private readonly string output = Path.Combine(Directory.CreateTempSubdirectory("convert").FullName, "new");

    [Fact]
    public void Images_are_copied_byte_for_byte_and_labels_stay()
    {
        var before = kitti.Survey();

        var report = Convert(kitti.Root);

        var after = Dataset.Open(output);
        Assert.Equal(before.Images.Count, report.Images);
        Assert.Equal(before.Images.Sum(image => image.Annotations.Count), report.Annotations);
        Assert.All(before.Images, image =>
        {
            var copy = after.Image(image.Image.Id);
            Assert.Equal(File.ReadAllBytes(image.Image.Path), File.ReadAllBytes(copy.Path));
            Assert.Equal(image.Annotations, after.Read(copy, image.WidthPixels, image.HeightPixels).Annotations);
        });
    }

    [Fact]
    public void What_only_KITTI_has_is_said_to_be_lost() =>
        Assert.StartsWith("sizes, positions and angles", Convert(kitti.Root).Losses[0]);

    [Fact]
    public void Classes_get_new_names_and_are_merged()
    {
        Write("000000", "Person_sitting", "Pedestrian", "Misc");

        Convert(kitti.Root, new() { ["Person_sitting"] = "Pedestrian", ["Misc"] = "trailer", ["Car"] = "Truck", ["Truck"] = "Car" });

        var dataset = Dataset.Open(output);
        var names = dataset.Read(dataset.Image("000000"), 192, 96).Annotations.Select(annotation => annotation.Class);
        Assert.Equal(["Pedestrian", "Pedestrian", "trailer"], names);
    }

    [Theory]
    [InlineData("Persn_sitting", "there is no class 'Persn_sitting'")]
    [InlineData("car", "Did you mean 'Car'?")]
    public void A_class_to_rename_must_exist(string name, string message) =>
        Assert.Contains(
            message, Assert.Throws<UserErrorException>(() => Convert(kitti.Root, new() { [name] = "x" })).Message);

    [Theory]
    [InlineData("traffic light"), InlineData("DontCare")]
    public void A_name_that_the_format_cannot_hold_is_refused_with_a_remedy_and_nothing_is_written(string name)
    {
        var refusal = Assert.Throws<UserErrorException>(() => Convert(kitti.Root, new() { ["Car"] = name })).Message;

        Assert.Contains($"'{name}'", refusal);
        Assert.Contains("--label-map", refusal);
        Assert.Empty(Directory.GetFileSystemEntries(Path.GetDirectoryName(output)!));
    }

    [Fact]
    public void A_cancelled_conversion_leaves_nothing()
    {
        var survey = kitti.Survey();
        var conversion = new DatasetConversion(Dataset.Open(kitti.Root), survey, new KittiFormat());
        Assert.ThrowsAny<OperationCanceledException>(
            () => StagedFolder.Write(output, staged => conversion.Write(staged, cancellation: new CancellationToken(canceled: true))));
        Assert.Empty(Directory.GetFileSystemEntries(Path.GetDirectoryName(output)!));
    }

    [Theory]
    [InlineData("../out"), InlineData("/tmp/out"), InlineData("a/../../out"), InlineData("a//b"), InlineData("")]
    public void An_id_that_leaves_the_folder_never_reaches_the_file_system(string id)
    {
        var image = kitti.Survey().Images[0];
        var hostile = new DatasetSurvey([image with { Image = image.Image with { Id = id } }], []);
        var target = new WriterThatTakesAll(id);
        Assert.Throws<UserErrorException>(() => Write(hostile, target, kitti.Root));
        Assert.False(target.WasAsked);
    }

    [Fact]
    public void A_place_outside_the_folder_is_not_written_to()
    {
        var survey = kitti.Survey();
        var target = new WriterThatTakesAll("../escaped.png");
        Assert.Throws<UserErrorException>(() => Write(survey, target, output));
        Assert.True(target.WasAsked);
        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(output)!, "escaped.png")));
    }

    public void Dispose()
    {
        kitti.Dispose();
        Directory.Delete(Path.GetDirectoryName(output)!, recursive: true);
    }

    private void Write(DatasetSurvey survey, IDatasetFormat target, string folder) =>
        new DatasetConversion(Dataset.Open(kitti.Root), survey, target).Write(
            folder, cancellation: TestContext.Current.CancellationToken);

    private void Write(string frame, params string[] classes) => File.WriteAllLines(
        kitti.Label(frame + ".txt"), classes.Select(name => $"{name} 0.00 0 {KittiFolder.Fields4To15}"));

    private ConversionReport Convert(string root, Dictionary<string, string>? renames = null)
    {
        var dataset = Dataset.Open(root);
        var survey = DatasetSurvey.Of(dataset, dataset.ImageIds, new ImageLimits(), TestContext.Current.CancellationToken);
        ConversionReport? report = null;
        var conversion = new DatasetConversion(dataset, survey, new KittiFormat()) { Renames = renames ?? [] };
        StagedFolder.Write(output, staged => report = conversion.Write(staged, cancellation: TestContext.Current.CancellationToken));
        return report!;
    }

    /// <summary>A format that wants every image at one place.</summary>
    private sealed class WriterThatTakesAll(string place) : IDatasetFormat, IDatasetWriter
    {
        public bool WasAsked { get; private set; }

        public string Name => "all";

        public string Layout => "all";

        public IReadOnlyDictionary<string, int> Losses { get; } = new Dictionary<string, int>();

        public string? Evidence(string path) => null;

        public DatasetContent Open(string path) => throw new NotSupportedException();

        public IDatasetWriter CreateWriter(string folder, IReadOnlyList<DatasetClass> classes) => this;

        public string Add(DatasetImage image, int widthPixels, int heightPixels, IReadOnlyList<Annotation> annotations)
        {
            WasAsked = true;
            return place;
        }

        public void Finish(IReadOnlyDictionary<string, IReadOnlyList<string>> splits)
        {
        }
    }
}
