using Pipeline.Golden;
using Pipeline.Serving.Inference;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Imaging;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Export;

namespace Pipeline.Serving.Tests.Inference;

public sealed class NarrowImageTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("narrow").FullName;

    [Theory]
    [InlineData(ImageResize.BilinearTensor)]
    [InlineData(ImageResize.AntialiasedBytes)]
    public void I1_an_image_one_pixel_wide_is_answered(ImageResize resize)
    {
        using var detector = new FasterRcnn(TinyModel.Options with { Resize = resize });
        detector.eval();
        var options = new ExportOptions { RepositoryRoot = root, Name = "tiny", Labels = KittiClasses.Default };
        using var model = DetectorModel.Load(DetectorExporter.Export(detector, options));
        using var image = ImageDecoder.DecodeFile(FieldCases.Path("images/1x900.png"));

        var found = model.Detect([image])[0];

        Assert.All(found, detection =>
        {
            Assert.InRange(detection.Box.X2, 0, 1);
            Assert.InRange(detection.Box.Y2, 0, 900);
        });
    }

    public void Dispose() => Directory.Delete(root, recursive: true);
}
