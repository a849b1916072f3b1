using Pipeline.Shared;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Detection.Export;
using Pipeline.Training.Engine;
using Pipeline.Training.Publishing;

namespace Pipeline.Serving.Tests.Programs;

/// <summary>An exported model runs, in the built serving program, beside its detector before it is published.</summary>
public sealed class CheckedExportTests : IDisposable
{
    private const int MaxSidePixels = 256;

    private readonly string root = Directory.CreateTempSubdirectory("checked").FullName;
    private readonly DrawnSamples drawn = new(MaxSidePixels);

    private string Models => Path.Combine(root, "models");

    [Fact]
    public void What_was_compared_stands_in_the_manifest()
    {
        using var detector = new BrightnessDetector();

        var (folder, parity) = Check().Run(detector, Options());

        var written = ModelDirectory.Open(folder).Manifest.Parity!;
        Assert.True(written.Passed);
        Assert.Null(written.Failure);
        Assert.Equal(("5 drawn scenes", 5, 5), (written.Samples, written.Images, written.Rows.Count));
        Assert.Equal(parity.Total, written.Total);
        Assert.Equal((5, 5, 5, 0), Counts(written.Total));
        Assert.InRange(written.Total.LargestBoxPixels!.Value, 0, 0.01);
        Assert.Null(written.DetectorMap);
        Assert.Equal([folder], Directory.GetFileSystemEntries(Path.GetDirectoryName(folder)!));
    }

    [Fact]
    public void A_model_that_finds_other_things_is_not_published()
    {
        using var detector = new BrightnessDetector("score", 0.01);

        var refused = Assert.Throws<ParityException>(() => Check().Run(detector, Options()));

        Assert.Matches(@"detections have no counterpart within the tolerance, \d of them in scene\d\.png: ", refused.Message);
        Assert.Contains("Nothing was published.", refused.Message);
        Assert.Contains("--force", refused.Message);
        Assert.DoesNotContain(root, refused.Message);
        AssertNothingIsLeft();
    }

    [Fact]
    public void A_forced_model_is_published_and_says_what_failed()
    {
        using var detector = new BrightnessDetector("box", 1.0);

        var (folder, _) = Check(isForced: true).Run(detector, Options());

        var parity = ModelDirectory.Open(folder).Manifest.Parity!;
        Assert.False(parity.Passed);
        Assert.Contains("have no counterpart within the tolerance", parity.Failure);
        Assert.Equal(1, parity.Total.LargestBoxPixels!.Value, 0.01);
    }

    [Fact]
    public void With_labels_the_loss_of_map_decides()
    {
        using var shifted = new BrightnessDetector("box", -40);   // the model's boxes are 40 pixels to the right of the detector's

        var refused = Assert.Throws<ParityException>(
            () => Check(Labelled(shift: -40)).Run(shifted, Options() with { Precision = ModelPrecision.Fp16 }));
        Assert.Contains("mAP falls from 1.0000 to 0.0000 on 5 labelled images; 0.2 points are allowed", refused.Message);

        // Found again where the labels are: nothing is lost, whatever differs.
        var (folder, better) = Check(Labelled(shift: 0)).Run(shifted, Options() with { Precision = ModelPrecision.Fp16 });
        Assert.Equal((0, 1), (better.DetectorMap, better.ModelMap));
        Assert.Equal(1, ModelDirectory.Open(folder).Manifest.Parity!.ModelMap);
        Assert.Equal(ModelPrecision.Fp16, ModelDirectory.Open(folder).Manifest.Precision);
    }

    [Fact]
    public void A_model_that_does_not_run_is_not_published_and_the_message_is_the_program_s()
    {
        using var detector = new BrightnessDetector();
        var tooLarge = new SampleImages("1 image", [new SampleImage("wide.png", Image(MaxSidePixels + 1, 32), Labels: null)]);

        var refused = Assert.Throws<ParityException>(() => Check(tooLarge).Run(detector, Options()));

        Assert.StartsWith("the exported model does not run: error: ", refused.Message);
        AssertNothingIsLeft();
    }

    [Fact]
    public void A_program_that_is_not_there_is_named_with_what_to_do()
    {
        var missing = new ServingProgram(Path.Combine(root, "serve", "pipeline-serve"));

        var refused = Assert.Throws<UserErrorException>(missing.Require).Message;

        Assert.Contains("pipeline-serve, which runs exported models, is missing", refused);
        Assert.Contains("build the whole solution", refused);
    }

    [Fact]
    public void An_export_that_is_interrupted_leaves_nothing()
    {
        using var detector = new BrightnessDetector();
        using var interrupted = new CancellationTokenSource();
        var progress = new Progress(interrupted.Cancel);

        Assert.ThrowsAny<OperationCanceledException>(
            () => new CheckedExport(Parity(drawn.Samples, progress, interrupted.Token), isForced: true).Run(detector, Options()));

        AssertNothingIsLeft();
    }

    [Fact]
    public void Drawn_scenes_have_several_sizes_within_the_model_s_limit_and_one_is_grey()
    {
        var sizes = drawn.Samples.Images.Select(image => ImageDecoder.CheckSize(image.Path, new ImageLimits())).ToList();
        using var tiny = new DrawnSamples(maxSidePixels: 32);

        Assert.Contains(sizes, size => size.HeightPixels > size.WidthPixels);
        Assert.True(sizes.Distinct().Count() > 3);
        Assert.All(sizes, size => Assert.InRange(Math.Max(size.WidthPixels, size.HeightPixels), 1, MaxSidePixels));
        Assert.Equal(1, drawn.Samples.Images.Count(IsGrey));
        Assert.All(tiny.Samples.Images, image => Assert.True(ImageDecoder.CheckSize(image.Path, new ImageLimits()).WidthPixels <= 32));
    }

    [Fact]
    public void A_large_folder_of_samples_is_thinned_evenly()
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, "many")).FullName;
        var picture = Image(8, 8);
        for (var index = 0; index < 130; index++)
        {
            File.Copy(picture, Path.Combine(folder, $"{index:D3}.png"));
        }

        var samples = SampleImages.OfFolder(folder, new ImageLimits());

        Assert.Equal("64 of 130 images", samples.What);
        Assert.Equal(64, samples.Images.Distinct().Count());
        Assert.Equal("000.png", samples.Images[0].Name);
        Assert.Equal("127.png", samples.Images[^1].Name);
    }

    public void Dispose()
    {
        drawn.Dispose();
        Directory.Delete(root, recursive: true);
    }

    private static (int, int, int, int) Counts(ParityDifference difference) =>
        (difference.DetectorDetections, difference.ModelDetections, difference.Pairs, difference.Differing);

    private static bool IsGrey(SampleImage sample)
    {
        using var image = ImageDecoder.DecodeFile(sample.Path);
        return image.Pixels.ToArray().Chunk(3).All(pixel => pixel[0] == pixel[1] && pixel[1] == pixel[2]);
    }

    private CheckedExport Check(SampleImages? samples = null, bool isForced = false) =>
        new(Parity(samples ?? drawn.Samples, new Progress(() => { }), TestContext.Current.CancellationToken), isForced);

    private static ParityCheck Parity(SampleImages samples, Progress progress, CancellationToken cancellation) =>
        new(new ServingProgram(BuiltPrograms.Serve), samples, progress, cancellation);

    private ExportOptions Options() => new()
    {
        RepositoryRoot = Models,
        Name = "bright",
        Labels = ["dark", "light"],
        MaxSidePixels = MaxSidePixels,
    };

    /// <summary>The drawn scenes, labelled with what the exported model finds, moved.</summary>
    private SampleImages Labelled(float shift) => new("5 labelled images", [.. drawn.Samples.Images.Select(image =>
    {
        using var decoded = ImageDecoder.DecodeFile(image.Path);
        var (label, box) = BrightnessDetector.Find(decoded);
        var moved = new Box(box.X1 + shift, box.Y1, box.X2 + shift, box.Y2);
        return image with { Labels = [new TruthLabel(Options().Labels[label], ExactBox.Of(moved))] };
    })]);

    private string Image(int width, int height)
    {
        var path = Path.Combine(root, $"{width}x{height}.png");
        using var image = StreetScenes.Draw(new StreetSceneOptions { WidthPixels = width, HeightPixels = height }, 0).Image;
        File.WriteAllBytes(path, ImageEncoder.Png(image));
        return path;
    }

    private void AssertNothingIsLeft() =>
        Assert.Equal([Path.Combine(Models, "bright")], Directory.GetFileSystemEntries(Models, "*", SearchOption.AllDirectories));

    private sealed class Progress(Action onReport) : IProgress<(string Stage, TrainingProgress Progress)>
    {
        public void Report((string Stage, TrainingProgress Progress) value) => onReport();
    }
}
