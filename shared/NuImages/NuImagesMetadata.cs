using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Shared.Files;

namespace Pipeline.Shared.NuImages;

/// <summary>nuImages' tables: <c>v1.0-&lt;split&gt;/sample_data.json</c> and those of the sensors. Images without annotations (sweeps) are left out: they are near-duplicates.</summary>
/// <remarks>Tables are read as streams; those of the full data set have more than a million rows.</remarks>
public sealed class NuImagesMetadata
{
    private const string FolderFront = "v1.0-";
    private readonly string root;

    private NuImagesMetadata(string root, IReadOnlyList<string> splits) => (this.root, Splits) = (root, splits);

    /// <summary>Splits whose metadata are there.</summary>
    public IReadOnlyList<string> Splits { get; }

    /// <param name="root">The folder that holds <c>v1.0-train</c> and <c>samples</c>.</param>
    /// <exception cref="UserErrorException">There is no metadata of nuImages.</exception>
    public static NuImagesMetadata Open(string root)
    {
        if (!Directory.Exists(root))
        {
            throw new UserErrorException($"{root}: there is no such folder.");
        }

        string[] splits = [.. Directory.EnumerateDirectories(root, FolderFront + "*").Where(folder => File.Exists(Path.Combine(folder, "sample_data.json")))
            .Select(folder => Path.GetFileName(folder)[FolderFront.Length..]).Order(StringComparer.Ordinal)];
        return splits.Length > 0 ? new NuImagesMetadata(root, splits) : throw new UserErrorException($"{root}: there is no nuImages metadata in it, as v1.0-train/sample_data.json; unpack nuimages-v1.0-all-metadata.tgz there.");
    }

    /// <summary>The keyframes of splits, each once, in the files' ordinal order.</summary>
    /// <param name="splits">Names among <see cref="Splits"/>.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="UserErrorException">A split or table is missing, or a row is wrong.</exception>
    public async Task<IReadOnlyList<NuImagesKeyframe>> Keyframes(IEnumerable<string> splits, CancellationToken cancellation = default)
    {
        var keyframes = new SortedDictionary<string, NuImagesKeyframe>(StringComparer.Ordinal);
        foreach (var split in splits)
        {
            if (!Splits.Contains(split))
            {
                throw new UserErrorException($"{root}: there is no metadata of the split '{split}'; there are {string.Join(", ", Splits)}.");
            }

            var cameras = await Cameras(split, cancellation);
            var table = Table(split, "sample_data");
            var number = 0;
            await foreach (var row in Rows<SampleData>(table, cancellation))
            {
                number++;
                if (row is not { Filename: { } filename, IsKeyFrame: { } isKeyframe } || !IsInside(filename))
                {
                    throw new UserErrorException($"{table}: row {number} (token '{row?.Token}') has no is_key_frame or no filename below the root.");
                }

                if (isKeyframe)
                {
                    keyframes.TryAdd(filename, new NuImagesKeyframe(filename, Camera(row, cameras, table, number), split));
                }
            }
        }

        return [.. keyframes.Values];
    }

    private static string Camera(SampleData row, Dictionary<string, string>? cameras, string table, int number)
    {
        if (cameras is null)
        {
            return row.Filename!.Split('/') is [_, var folder, _, ..] ? folder : throw new UserErrorException($"{table}: row {number}: the camera of {row.Filename} cannot be told; calibrated_sensor.json and sensor.json are missing.");
        }

        return cameras.GetValueOrDefault(row.CalibratedSensorToken ?? "") ?? throw new UserErrorException($"{table}: row {number}: its calibrated_sensor_token '{row.CalibratedSensorToken}' is in no row of calibrated_sensor.json.");
    }

    /// <summary>Channels by calibrated sensor; null where the sensors' tables are missing.</summary>
    private async Task<Dictionary<string, string>?> Cameras(string split, CancellationToken cancellation)
    {
        var (calibrated, sensor) = (Table(split, "calibrated_sensor"), Table(split, "sensor"));
        if (!File.Exists(calibrated) || !File.Exists(sensor))
        {
            return null;
        }

        var channels = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var row in Rows<Sensor>(sensor, cancellation))
        {
            channels[row?.Token ?? ""] = row?.Channel ?? throw new UserErrorException($"{sensor}: the row '{row?.Token}' has no channel.");
        }

        var cameras = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var row in Rows<CalibratedSensor>(calibrated, cancellation))
        {
            cameras[row?.Token ?? ""] = channels.GetValueOrDefault(row?.SensorToken ?? "") ?? throw new UserErrorException($"{calibrated}: the sensor of the row '{row?.Token}' is not in {sensor}.");
        }

        return cameras;
    }

    private static bool IsInside(string filename) =>
        filename.Length > 0 && !Path.IsPathRooted(filename) && filename.IndexOfAny(['\n', '\r', '\0', '\\']) < 0 && !filename.Split('/').Contains("..") && filename[0] != '#';

    private string Table(string split, string name) => Path.Combine(root, FolderFront + split, name + ".json");

    private static async IAsyncEnumerable<T?> Rows<T>(string path, [EnumeratorCancellation] CancellationToken cancellation)
    {
        InputFile.Require(path, "table of nuImages");
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan | FileOptions.Asynchronous);
        await using var rows = JsonSerializer.DeserializeAsyncEnumerable<T>(stream, cancellationToken: cancellation).GetAsyncEnumerator(cancellation);
        while (true)
        {
            try
            {
                if (!await rows.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (JsonException exception)
            {
                throw new UserErrorException($"{path}:{exception.LineNumber + 1}: not a table of nuImages: {exception.Message.Split(" Path:")[0]}", exception);
            }

            yield return rows.Current;
        }
    }

    private sealed record SampleData(
        [property: JsonPropertyName("token")] string? Token,
        [property: JsonPropertyName("filename")] string? Filename,
        [property: JsonPropertyName("is_key_frame")] bool? IsKeyFrame,
        [property: JsonPropertyName("calibrated_sensor_token")] string? CalibratedSensorToken);

    private sealed record CalibratedSensor([property: JsonPropertyName("token")] string? Token, [property: JsonPropertyName("sensor_token")] string? SensorToken);

    private sealed record Sensor([property: JsonPropertyName("token")] string? Token, [property: JsonPropertyName("channel")] string? Channel);
}
