using CsCheck;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Conversion;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Tests.Datasets.Conversion;

/// <summary>Conversions between all pairs of formats.</summary>
public sealed class RoundTripTests
{
    private const int Sets = 12;

    /// <summary>Of a corner, in pixels: VOC writes three decimals, single precision has 24 bits.</summary>
    private const float Tolerance = 0.002f;
    private const AnnotationMarks Hidden = AnnotationMarks.Truncated | AnnotationMarks.Occluded;

    public static TheoryData<string, string> Pairs
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            foreach (var from in DatasetFormats.Names)
            {
                foreach (var to in DatasetFormats.Names)
                {
                    pairs.Add(from, to);
                }
            }

            return pairs;
        }
    }

    [Theory, MemberData(nameof(Pairs))]
    public void Classes_boxes_and_marks_that_both_hold_stay(string from, string to)
    {
        var hasSpaces = from != "kitti" && to != "kitti";
        RandomDataset.Of(hasSpaces).Sample(
            images =>
            {
                var folder = Directory.CreateTempSubdirectory("round-trip").FullName;
                try
                {
                    RandomDataset.Write(DatasetFormats.Named(from), Directory.CreateDirectory(Path.Combine(folder, from)).FullName, images);
                    var source = Dataset.Open(Path.Combine(folder, from));
                    var target = Directory.CreateDirectory(Path.Combine(folder, "to-" + to)).FullName;
                    Convert(source, to, target);
                    RequireSame(source, Dataset.Open(target));
                }
                finally
                {
                    Directory.Delete(folder, recursive: true);
                }
            },
            iter: Sets);
    }

    private static void Convert(Dataset source, string to, string folder)
    {
        var survey = DatasetSurvey.Of(source, source.ImageIds, new ImageLimits(), TestContext.Current.CancellationToken);
        new DatasetConversion(source, survey, DatasetFormats.Named(to)).Write(
            folder, cancellation: TestContext.Current.CancellationToken);
    }

    private static void RequireSame(Dataset source, Dataset target)
    {
        var format = target.Format.Name;
        Assert.Equal(source.ImageIds.Count, target.ImageIds.Count);
        foreach (var image in source.Images)
        {
            var copy = target.Image(format is "kitti" or "voc" ? image.Id.Replace('/', '_') : image.Id);
            Assert.Equal(File.ReadAllBytes(image.Path), File.ReadAllBytes(copy.Path));
            RequireSame(Annotations(source, image), Annotations(target, copy), format);
        }

        if (format is "coco" or "yolo")
        {
            Assert.Equal(source.Classes.Select(entry => entry.Name), target.Classes.Select(entry => entry.Name));
        }

        if (format is "voc" or "yolo")
        {
            Assert.Equal(
                source.Splits.Select(list => (list.Key, list.Value.Count)).Order(),
                target.Splits.Select(list => (list.Key, list.Value.Count)).Order());
        }
    }

    private static void RequireSame(IReadOnlyList<Annotation> expected, IReadOnlyList<Annotation> found, string format)
    {
        Annotation[] held = [.. expected.Where(annotation => Holds(format, annotation))];
        Assert.Equal(held.Length, found.Count);
        foreach (var (before, after) in held.Zip(found))
        {
            Assert.Equal(before.IsIgnored, after.IsIgnored);
            var isOfAnyClass = format == "kitti" && before.IsIgnored;
            Assert.Equal(isOfAnyClass ? null : before.Class, after.Class);
            var holdsMarks = format == "voc" || (format == "kitti" && !before.IsIgnored);
            Assert.Equal(holdsMarks ? before.Marks & Hidden : AnnotationMarks.None, after.Marks & Hidden);
            Assert.True(AreClose(before.Box, after.Box), $"{before.Box} became {after.Box}");
        }
    }

    private static bool Holds(string format, in Annotation annotation) => format switch
    {
        "kitti" => true,
        "yolo" => !annotation.IsIgnored,
        _ => annotation.Class is not null,
    };

    private static bool AreClose(in Box one, in Box other) =>
        Math.Abs(one.X1 - other.X1) < Tolerance && Math.Abs(one.Y1 - other.Y1) < Tolerance
        && Math.Abs(one.X2 - other.X2) < Tolerance && Math.Abs(one.Y2 - other.Y2) < Tolerance;

    private static IReadOnlyList<Annotation> Annotations(Dataset dataset, DatasetImage image)
    {
        var (width, height) = ImageDecoder.ReadSize(image.Path);
        var labels = dataset.Read(image, width, height);
        Assert.DoesNotContain(labels.Findings, finding => finding.IsError);
        return labels.Annotations;
    }
}
