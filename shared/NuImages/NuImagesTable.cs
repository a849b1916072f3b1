using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Shared.Files;

namespace Pipeline.Shared.NuImages;

/// <summary>Reads a table row by row: those of the full data set have more than a million rows.</summary>
internal static class NuImagesTable
{
    private const int BufferBytes = 1 << 16;

    /// <exception cref="UserErrorException">The table is missing or is not JSON of this kind.</exception>
    public static async IAsyncEnumerable<T?> Rows<T>(string path, [EnumeratorCancellation] CancellationToken cancellation)
    {
        InputFile.Require(path, "table of nuImages");
        await using var stream = new FileStream(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.Read,
            BufferBytes,
            FileOptions.SequentialScan | FileOptions.Asynchronous);
        var all = JsonSerializer.DeserializeAsyncEnumerable<T>(stream, cancellationToken: cancellation);
        await using var rows = all.GetAsyncEnumerator(cancellation);
        while (await MoveNext(rows, path))
        {
            yield return rows.Current;
        }
    }

    private static async ValueTask<bool> MoveNext<T>(IAsyncEnumerator<T?> rows, string path)
    {
        try
        {
            return await rows.MoveNextAsync();
        }
        catch (JsonException exception)
        {
            var reason = exception.Message.Split(" Path:")[0];
            throw new UserErrorException($"{path}:{exception.LineNumber + 1}: not a table of nuImages: {reason}", exception);
        }
    }
}

/// <summary>A row of <c>sample_data.json</c>: one image.</summary>
internal sealed record SampleData(
    [property: JsonPropertyName("token")] string? Token,
    [property: JsonPropertyName("filename")] string? Filename,
    [property: JsonPropertyName("is_key_frame")] bool? IsKeyFrame,
    [property: JsonPropertyName("calibrated_sensor_token")] string? CalibratedSensorToken);

/// <summary>A row of <c>calibrated_sensor.json</c>: a sensor as it is mounted on one vehicle.</summary>
internal sealed record CalibratedSensor(
    [property: JsonPropertyName("token")] string? Token,
    [property: JsonPropertyName("sensor_token")] string? SensorToken);

/// <summary>A row of <c>sensor.json</c>.</summary>
internal sealed record Sensor(
    [property: JsonPropertyName("token")] string? Token,
    [property: JsonPropertyName("channel")] string? Channel);
