using System.Globalization;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Geometry;

namespace Pipeline.Golden;

/// <summary>The reference's problem of 1,000 images and 8 classes, made by the formula that stands in its file.</summary>
internal static class CocoBenchProblem
{
    private const int Classes = 8, Slots = 64, Fields = 16, LastSlot = 63;
    private const double WidthPixels = 1242, HeightPixels = 375;

    /// <param name="seed">The file's seed.</param>
    /// <param name="least">Fewest detections of an image and class.</param>
    /// <param name="spread">How many more there may be, less one.</param>
    /// <param name="images">Number of images; the file's is 1,000.</param>
    public static EvaluationProblem Create(ulong seed, int least, int spread, int images = 1000)
    {
        var objects = new List<TruthObject>();
        var detections = new List<FoundObject>();
        for (var image = 0; image < images; image++)
        {
            for (var category = 0; category < Classes; category++)
            {
                double U(int slot, int field) => Unit(seed, (ulong)(((image * Classes + category) * Slots + slot) * Fields + field));
                var count = (int)Math.Floor(4 * U(LastSlot, 0));
                var found = least + (int)Math.Floor(spread * U(LastSlot, 1));
                for (var slot = 0; slot < Math.Max(count, found); slot++)
                {
                    int j = slot;
                    double Side(int field) => Sixtyfourth(8 + 292 * (U(j, field) * U(j, field)));
                    var w = Side(0);
                    var h = Side(1);
                    var x = Sixtyfourth((WidthPixels - w) * U(j, 2));
                    var y = Sixtyfourth((HeightPixels - h) * U(j, 3));
                    if (j < count)
                    {
                        objects.Add(Object(image, category, ExactBox.FromSides(x, y, w, h), isCrowd: U(j, 4) < 0.02));
                    }

                    if (j >= found)
                    {
                        continue;
                    }

                    if (j < count)
                    {
                        var box = ExactBox.FromSides(
                            Sixtyfourth(x + (U(j, 7) - 0.5) * 0.3 * w),
                            Sixtyfourth(y + (U(j, 8) - 0.5) * 0.3 * h),
                            Sixtyfourth(w * (0.8 + 0.4 * U(j, 5))),
                            Sixtyfourth(h * (0.8 + 0.4 * U(j, 6))));
                        detections.Add(new FoundObject(image, category, box, Math.Floor((0.3 + 0.7 * U(j, 9)) * 1024) / 1024));
                    }
                    else
                    {
                        var width = Side(10);
                        var height = Side(11);
                        var score = U(j, 14);
                        var box = ExactBox.FromSides(
                            Sixtyfourth((WidthPixels - width) * U(j, 12)), Sixtyfourth((HeightPixels - height) * U(j, 13)), width, height);
                        detections.Add(new FoundObject(image, category, box, Math.Floor(score * score * 1024) / 1024));
                    }
                }
            }
        }

        string[] classes = [.. Enumerable.Range(1, Classes).Select(category => $"class{category}")];
        return new EvaluationProblem(
            [.. Enumerable.Range(1, images).Select(image => image.ToString(CultureInfo.InvariantCulture))],
            new LabelMap(classes),
            [.. classes],
            [.. objects],
            [.. detections]);
    }

    private static TruthObject Object(int image, int category, ExactBox box, bool isCrowd) => new(
        Image: image,
        Class: category,
        Box: box,
        AreaPixels: box.Area,
        Marks: isCrowd ? AnnotationMarks.Crowd : AnnotationMarks.None,
        Truncation: 0,
        Occlusion: 0);

    private static double Sixtyfourth(double value) => Math.Floor(value * 64) / 64;

    private static double Unit(ulong seed, ulong index)
    {
        var z = unchecked(seed + (index + 1) * 0x9E3779B97F4A7C15);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
