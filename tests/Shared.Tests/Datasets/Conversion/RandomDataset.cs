using CsCheck;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Tests.Datasets.Conversion;

/// <summary>An image of a random data set.</summary>
/// <param name="Id">Its id.</param>
/// <param name="WidthPixels">Its width.</param>
/// <param name="HeightPixels">Its height.</param>
/// <param name="Annotations">Inside the image, at least two pixels wide and high.</param>
internal sealed record RandomImage(string Id, int WidthPixels, int HeightPixels, Annotation[] Annotations);

/// <summary>Random labelled images, and how they are written in a format.</summary>
internal static class RandomDataset
{
    private const int MostImages = 4;
    private const int MostAnnotations = 6;

    private static readonly string[] Names = ["Car", "forklift", "Fußgänger", "叉车", "traffic-light", "no", "a:b", "#1", "\"x\""];
    private static readonly string[] NamesWithSpaces = [.. Names, "7", "traffic light", "a, b", "it's <one> & only"];

    /// <param name="hasSpaces">Whether names of classes may have spaces.</param>
    public static Gen<RandomImage[]> Of(bool hasSpaces) =>
        Gen.Select(Gen.Int[8, 60], Gen.Int[8, 60]).Array[1, MostImages]
            .SelectMany(sizes => Images(sizes, hasSpaces ? NamesWithSpaces : Names));

    /// <summary>Writes the images and their labels; some are in folders, where the format can hold that.</summary>
    public static void Write(IDatasetFormat format, string folder, RandomImage[] images)
    {
        string[] names = [.. images.SelectMany(image => image.Annotations).Select(entry => entry.Class).OfType<string>().Distinct()];
        var writer = format.CreateWriter(folder, [.. names.Select(name => new DatasetClass(name))]);
        foreach (var image in images)
        {
            var place = writer.Add(
                new DatasetImage(image.Id, image.Id + ".png"), image.WidthPixels, image.HeightPixels, image.Annotations);
            var path = Path.Combine(folder, place);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var picture = RgbImage.Allocate(image.WidthPixels, image.HeightPixels);
            picture.Pixels.Fill(90);
            File.WriteAllBytes(path, ImageEncoder.Png(picture));
        }

        writer.Finish(Lists(images));
    }

    /// <summary>One list has nothing to divide.</summary>
    private static Dictionary<string, IReadOnlyList<string>> Lists(RandomImage[] images) => images.Length == 1 ? [] : new()
    {
        ["train"] = [.. images.Skip(1).Select(image => image.Id)],
        ["val"] = [images[0].Id],
    };

    private static Gen<RandomImage[]> Images((int Width, int Height)[] sizes, string[] names)
    {
        var images = Gen.Const(Array.Empty<RandomImage>());
        for (var index = 0; index < sizes.Length; index++)
        {
            var (width, height) = sizes[index];
            var id = index % 2 == 0 ? $"{index}" : $"part {index}/снимок-{index}";
            var image = AnnotationIn(width, height, names).Array[0, MostAnnotations]
                .Select(annotations => new RandomImage(id, WidthPixels: width, HeightPixels: height, annotations));
            images = Gen.Select(images, image, (before, next) => (RandomImage[])[.. before, next]);
        }

        return images;
    }

    private static Gen<Annotation> AnnotationIn(int width, int height, string[] names) =>
        from left in Gen.Float[0, width - 3]
        from top in Gen.Float[0, height - 3]
        from right in Gen.Float[left + 2.5f, width]
        from bottom in Gen.Float[top + 2.5f, height]
        from name in Gen.Int[-1, names.Length - 1]
        from marks in Gen.Int[0, 15]
        select new Annotation(name < 0 ? null : names[name], new Box(left, top, right, bottom)) { Marks = (AnnotationMarks)marks };
}
