using System.Text.Json;
using Pipeline.Shared.Json;

namespace Pipeline.Shared.Evaluation.Results;

/// <summary>
/// Reads COCO's results, a list of <c>{image_id, category_id, bbox [x, y, width, height], score}</c>, of any length, as they come. What
/// pycocotools accepts is accepted: any finite score, boxes outside the image or without area. What it would skip or fail on later, an
/// unknown image or category, is an error here.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="names">Images and classes.</param>
/// <param name="bufferBytes">Of the first buffer.</param>
internal sealed class CocoResultReader(string path, ResultNames names, int bufferBytes = JsonTokens.UsualBufferBytes)
{
    private const int ReportEvery = 1 << 17;
    private const string Noun = "result file";

    private readonly ResultCollector collector = new(names, areSides: true);
    private int index;

    /// <summary>Reads the whole file.</summary>
    /// <param name="progress">Told now and then; may be null.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="UserErrorException">
    /// It is not such a list; the message has the JSON path, or the line and byte of what is not JSON.
    /// </exception>
    public ResultCollector Read(IProgress<ResultProgress>? progress, CancellationToken cancellation)
    {
        using var stream = JsonFile.Open(path, Noun);
        var json = new JsonTokens(stream, path, bufferBytes);
        var entry = new CocoResultEntry(names);
        try
        {
            ReadList(ref json, entry, report: () =>
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Report(new ResultProgress(collector.Count, stream.Position, stream.Length));
            });
            return collector;
        }
        catch (JsonException exception)
        {
            throw json.Error(exception, ResultPlace.Entry(path, index).JsonPath(entry.Member));
        }
        catch (IOException exception)
        {
            throw new UserErrorException($"{path}: this {Noun} cannot be read: {exception.Message}", exception);
        }
        finally
        {
            json.Dispose();
        }
    }

    private void ReadList(ref JsonTokens json, CocoResultEntry entry, Action report)
    {
        json.Read();
        if (json.Type == JsonTokenType.StartObject)
        {
            throw new UserErrorException(
                $"{path}: this is an object, as annotation files are; results are a list of image_id, category_id, bbox and score. "
                + "Truth and detections may be swapped.");
        }

        if (json.Type != JsonTokenType.StartArray)
        {
            throw new UserErrorException($"{path}: this is {json.Shown()}; a list of results is expected.");
        }

        while (json.ReadElement())
        {
            if (index % ReportEvery == 0)
            {
                report();
            }

            entry.Read(ref json, ResultPlace.Entry(path, index));
            collector.Add(ResultPlace.Entry(path, index), entry.Image, entry.Class, entry.Box, entry.Score);
            index++;
        }

        json.Read();   // nothing may follow
    }
}
