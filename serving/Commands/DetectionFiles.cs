using Pipeline.Shared;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Files;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Imaging.Drawing;

namespace Pipeline.Serving.Commands;

/// <summary>The files that <c>detect --output</c> writes for each image.</summary>
/// <param name="folder">The folder to write to.</param>
/// <param name="formats">One or more of <see cref="Formats"/>.</param>
/// <param name="labels">Names of the classes, by label.</param>
/// <param name="replace">Whether files of an earlier run may be replaced.</param>
internal sealed class DetectionFiles(string folder, string[] formats, IReadOnlyList<string> labels, bool replace)
{
    private const string Json = "json";
    private const string Kitti = "kitti";
    private const string Image = "image";

    /// <summary>The names of all formats.</summary>
    public static string[] Formats { get; } = [Json, Kitti, Image];

    /// <summary>Makes sure, before any work begins, that everything can be written.</summary>
    /// <param name="inputs">The images.</param>
    /// <param name="modelFiles">The files of the model, which are inputs as well.</param>
    /// <exception cref="UserErrorException">
    /// A file already exists or is an input, two images have the same name, or a format cannot hold a class.
    /// </exception>
    public void Require(IReadOnlyList<DetectionInput> inputs, IReadOnlyList<string> modelFiles)
    {
        if (inputs.GroupBy(input => input.Name).FirstOrDefault(group => group.Count() > 1) is { } duplicate)
        {
            throw new UserErrorException(
                $"--output: two images are named '{duplicate.Key}'; run them separately, each into its own folder.");
        }

        if (formats.Contains(Kitti) && labels.FirstOrDefault(label => !KittiResultFile.CanHold(label)) is { } unsupported)
        {
            throw new UserErrorException(
                $"--output: KITTI's result lines cannot hold the class '{unsupported}', because white space separates their fields; "
                + $"omit that format with --formats {Json} {Image}.");
        }

        var outputs = inputs.SelectMany(input => formats.Select(format => PathOf(input, format)));
        OutputFiles.Require(outputs, inputs.Select(input => input.Path).Concat(modelFiles), replace);
    }

    /// <summary>Writes the files of one image.</summary>
    /// <param name="input">The image.</param>
    /// <param name="image">The decoded image.</param>
    /// <param name="found">Its detections.</param>
    /// <param name="json">Its detections as one line of JSON.</param>
    public void Write(DetectionInput input, RgbImage image, IReadOnlyList<Detection> found, string json)
    {
        if (formats.Contains(Json))
        {
            AtomicFile.WriteText(PathOf(input, Json), json + "\n", replace);
        }

        if (formats.Contains(Kitti))
        {
            AtomicFile.WriteText(PathOf(input, Kitti), KittiResultFile.Format(found, labels), replace);
        }

        if (formats.Contains(Image))
        {
            using var painted = DetectionPainter.Paint(image, found, labels, input.Truth);
            AtomicFile.Write(PathOf(input, Image), ImageEncoder.Png(painted), replace);
        }
    }

    private string PathOf(DetectionInput input, string format) => Path.Combine(folder, input.Name + Extension(format));

    private static string Extension(string format) => format switch
    {
        Json => ".json",
        Kitti => ".txt",
        _ => ".png",
    };
}
