using Pipeline.Shared.Imaging;
using Pipeline.Shared.Imaging.Drawing;

namespace Pipeline.Shared.Datasets.Sheets;

/// <summary>Draws images of a data set with their boxes on one sheet (as the paper's Figures 2 to 4).</summary>
public static class DatasetSheet
{
    /// <param name="images">At most <see cref="ContactSheet.MaxPictures"/>, in the order in which they are shown.</param>
    /// <param name="classes">Names of the classes; their order chooses the colors.</param>
    /// <param name="progress">Receives the number of images drawn.</param>
    /// <param name="cancellation">Ends the work between two images.</param>
    /// <returns>The sheet; dispose it.</returns>
    /// <exception cref="UserErrorException">An image cannot be decoded.</exception>
    public static RgbImage Draw(
        IReadOnlyList<SurveyedImage> images,
        IReadOnlyList<string> classes,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        var colors = new ClassColors(classes);
        using var sheet = new ContactSheet(images.Count);
        var done = 0;
        foreach (var entry in images)
        {
            cancellation.ThrowIfCancellationRequested();
            using var image = ImageDecoder.DecodeFile(entry.Image.Path);
            sheet.Add(image, entry.Annotations.Select(colors.BoxOf), entry.Image.Id);
            done++;
            progress?.Report(done);
        }

        return sheet.Finish();
    }

    /// <summary>Colors by class; a class that only labels name gets the next one.</summary>
    private sealed class ClassColors
    {
        private readonly Dictionary<string, int> indices = new(StringComparer.Ordinal);

        public ClassColors(IEnumerable<string> classes)
        {
            foreach (var name in classes)
            {
                IndexOf(name);
            }
        }

        public DrawnBox BoxOf(Annotation annotation) => annotation.IsIgnored
            ? DrawnBox.Ignored(annotation.Box)
            : DrawnBox.Object(annotation.Box, IndexOf(annotation.Class!), annotation.Class!);

        private int IndexOf(string name)
        {
            if (!indices.TryGetValue(name, out var index))
            {
                index = indices.Count;
                indices.Add(name, index);
            }

            return index;
        }
    }
}
