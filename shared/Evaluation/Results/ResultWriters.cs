using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Kitti;

namespace Pipeline.Shared.Evaluation.Results;

/// <summary>Writes detections as COCO's results: by image, equal scores in their order; numbers round-trip.</summary>
public static class CocoResultWriter
{
    private const int FlushBytes = 1 << 16;

    /// <summary>
    /// Writes the list. Images have the numbers or texts of the labels, else the number of their id, else the id itself; categories the
    /// numbers of the labels, else 1, 2… in the order of the classes.
    /// </summary>
    public static void Write(Stream stream, ResultProblem results)
    {
        var problem = results.Problem;
        string[] images = [.. results.Images.Select(ImageId)];
        long[] categories = [.. problem.Labels.Classes.Select((name, index) => CategoryId(name, index, results.Classes))];
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartArray();
        foreach (ref readonly var found in problem.Detections.AsSpan())
        {
            json.WriteStartObject();
            json.WritePropertyName("image_id");
            json.WriteRawValue(images[found.Image]);
            json.WriteNumber("category_id", categories[found.Class]);
            json.WriteStartArray("bbox");
            json.WriteNumberValue(found.Box.X1);
            json.WriteNumberValue(found.Box.Y1);
            json.WriteNumberValue(found.Box.Width);
            json.WriteNumberValue(found.Box.Height);
            json.WriteEndArray();
            json.WriteNumber("score", found.Score);
            json.WriteEndObject();
            if (json.BytesPending > FlushBytes)
            {
                json.Flush();
            }
        }

        json.WriteEndArray();
    }

    private static string ImageId(DatasetImage image)
    {
        var number = ImageOrder.NumberOf(image)?.ToString(CultureInfo.InvariantCulture);
        return image.SourceId ?? number ?? JsonSerializer.Serialize(image.Id);
    }

    private static long CategoryId(string name, int index, IReadOnlyList<DatasetClass> classes)
    {
        var areNumbered = classes.Any(entry => entry.Id is not null);
        if (!areNumbered)
        {
            return index + 1;
        }

        var number = classes.FirstOrDefault(entry => entry.Name == name)?.Id;
        return number
            ?? throw new UserErrorException($"the labels have no class '{name}', so it has no number; leave it out of --classes.");
    }
}

/// <summary>Writes detections as a folder of KITTI's results: a file for each image, empty where nothing is detected.</summary>
public static class KittiResultWriter
{
    /// <param name="folder">An existing folder.</param>
    /// <param name="results">The detections.</param>
    /// <exception cref="UserErrorException">A class has white space in its name, or two images would have one file.</exception>
    public static void Write(string folder, ResultProblem results)
    {
        var problem = results.Problem;
        var labels = problem.Labels.Classes;
        if (labels.FirstOrDefault(label => !KittiResultFile.CanHold(label)) is { } unfit)
        {
            throw new UserErrorException(
                $"KITTI's result lines cannot hold the class '{unfit}', white space separates their fields; "
                + $"give it another name with --label-map '{unfit}=…' and --classes.");
        }

        var next = 0;
        var text = new StringBuilder();
        for (var image = 0; image < results.Images.Length; image++)
        {
            text.Clear();
            for (; next < problem.Detections.Length && problem.Detections.ItemRef(next).Image == image; next++)
            {
                ref readonly var found = ref problem.Detections.ItemRef(next);
                KittiResultLine.Append(text, labels[found.Class], found);
            }

            WriteNew(Path.Combine(folder, ResultNames.FileOf(results.Images[image]) + ".txt"), text, results.Images[image]);
        }
    }

    private static void WriteNew(string path, StringBuilder text, DatasetImage image)
    {
        if (File.Exists(path))
        {
            throw new UserErrorException($"image '{image.Id}' would have the file of another, {Path.GetFileName(path)}; rename one.");
        }

        File.WriteAllText(path, text.ToString());
    }
}
