using System.Globalization;
using System.Text;
using Pipeline.Shared;

namespace Pipeline.Benchmarks;

/// <summary>
/// Writes an annotation file of the size of COCO's, with empty image files: the same members in the same order, ids with gaps,
/// annotations in no order of their images, polygons of some 28 points.
/// </summary>
internal static class CocoFileOfScale
{
    private const int Classes = 80;

    /// <param name="folder">Receives <c>annotations/instances_train2017.json</c> and <c>train2017/</c>.</param>
    /// <param name="images">Number of images.</param>
    /// <param name="annotations">Number of annotations.</param>
    /// <param name="points">Mean number of points of a polygon.</param>
    /// <returns>Path of the file.</returns>
    public static string Write(string folder, int images, int annotations, int points)
    {
        var imageFolder = Directory.CreateDirectory(Path.Combine(folder, "train2017")).FullName;
        for (var i = 0; i < images; i++)
        {
            File.Create(Path.Combine(imageFolder, FileName(i))).Dispose();
        }

        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "annotations")).FullName, "instances_train2017.json");
        using var text = new StreamWriter(path, append: false, new UTF8Encoding(false), 1 << 20);
        text.Write("{\"info\": {\"description\": \"generated\", \"year\": 2017}, \"licenses\": [], \"images\": [");
        for (var i = 0; i < images; i++)
        {
            text.Write(i == 0 ? "" : ", ");
            text.Write($"{{\"license\": 3, \"file_name\": \"{FileName(i)}\", ");
            text.Write($"\"coco_url\": \"http://images.cocodataset.org/train2017/{FileName(i)}\", ");
            text.Write(
                $"\"height\": 480, \"width\": 640, \"date_captured\": \"2013-11-14 11:18:45\", \"id\": {Id(i)}}}");
        }

        text.Write("], \"annotations\": [");
        var random = new RandomNumbers(1, "annotations");
        for (var i = 0; i < annotations; i++)
        {
            text.Write(i == 0 ? "" : ", ");
            WriteAnnotation(text, i, images, points, random);
        }

        text.Write("], \"categories\": [");
        for (var i = 0; i < Classes; i++)
        {
            text.Write(i == 0 ? "" : ", ");
            text.Write($"{{\"supercategory\": \"thing\", \"id\": {i + 1 + (i / 10)}, \"name\": \"class {i}\"}}");
        }

        text.Write("]}");
        return path;
    }

    private static long Id(int image) => 9 + (5L * image);

    private static string FileName(int image) => Id(image).ToString("D12", CultureInfo.InvariantCulture) + ".jpg";

    private static void WriteAnnotation(StreamWriter text, int index, int images, int points, RandomNumbers random)
    {
        var x = 500 * random.NextDouble();
        var y = 380 * random.NextDouble();
        var width = 20 + (100 * random.NextDouble());
        var height = 20 + (70 * random.NextDouble());
        text.Write("{\"segmentation\": [[");
        var count = 3 + random.NextInt(2 * points);
        for (var i = 0; i < count; i++)
        {
            text.Write(i == 0 ? "" : ", ");
            var pointX = x + (width * random.NextDouble());
            var pointY = y + (height * random.NextDouble());
            text.Write(FormattableString.Invariant($"{pointX:F2}, {pointY:F2}"));
        }

        var category = random.NextInt(Classes);
        var isCrowd = index % 100 == 0 ? 1 : 0;
        text.Write(FormattableString.Invariant($"]], \"area\": {width * height / 2:F4}, \"iscrowd\": {isCrowd}, "));
        text.Write(FormattableString.Invariant($"\"image_id\": {Id(random.NextInt(images))}, "));
        text.Write(FormattableString.Invariant($"\"bbox\": [{x:F2}, {y:F2}, {width:F2}, {height:F2}], "));
        text.Write($"\"category_id\": {category + 1 + (category / 10)}, \"id\": {100_000 + index}}}");
    }
}
