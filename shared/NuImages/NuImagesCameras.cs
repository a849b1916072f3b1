namespace Pipeline.Shared.NuImages;

/// <summary>The camera of each calibrated sensor of a split, from <c>calibrated_sensor.json</c> and <c>sensor.json</c>.</summary>
internal sealed class NuImagesCameras
{
    private readonly Dictionary<string, string> channels;

    private NuImagesCameras(Dictionary<string, string> channels) => this.channels = channels;

    /// <param name="folder">The metadata folder of a split.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>The cameras; null where a table is missing.</returns>
    /// <exception cref="UserErrorException">A row is incomplete or refers to no sensor.</exception>
    public static async Task<NuImagesCameras?> Read(string folder, CancellationToken cancellation)
    {
        var calibratedTable = Path.Combine(folder, "calibrated_sensor.json");
        var sensorTable = Path.Combine(folder, "sensor.json");
        if (!File.Exists(calibratedTable) || !File.Exists(sensorTable))
        {
            return null;
        }

        var sensors = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var row in NuImagesTable.Rows<Sensor>(sensorTable, cancellation))
        {
            sensors[row?.Token ?? ""] = row?.Channel
                ?? throw new UserErrorException($"{sensorTable}: the row '{row?.Token}' has no channel.");
        }

        var channels = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var row in NuImagesTable.Rows<CalibratedSensor>(calibratedTable, cancellation))
        {
            channels[row?.Token ?? ""] = sensors.GetValueOrDefault(row?.SensorToken ?? "")
                ?? throw new UserErrorException($"{calibratedTable}: the sensor of the row '{row?.Token}' is not in {sensorTable}.");
        }

        return new NuImagesCameras(channels);
    }

    /// <summary>The channel of a calibrated sensor, such as <c>CAM_FRONT</c>.</summary>
    /// <param name="calibratedSensor">Token of the calibrated sensor.</param>
    /// <param name="at">Table and row, for the message.</param>
    /// <exception cref="UserErrorException">There is no such sensor.</exception>
    public string Channel(string? calibratedSensor, string at) => channels.GetValueOrDefault(calibratedSensor ?? "")
        ?? throw new UserErrorException(
            $"{at}: its calibrated_sensor_token '{calibratedSensor}' is in no row of calibrated_sensor.json.");
}
