namespace Pipeline.Shared.NuImages;

/// <summary>
/// The metadata of nuImages: <c>v1.0-&lt;split&gt;/sample_data.json</c> and the tables of the sensors. Images without annotations
/// (sweeps) are left out, because they are near-duplicates of keyframes.
/// </summary>
public sealed class NuImagesMetadata
{
    private const string FolderPrefix = "v1.0-";
    private const string ImageTable = "sample_data.json";
    private readonly string root;

    private NuImagesMetadata(string root, IReadOnlyList<string> splits)
    {
        this.root = root;
        Splits = splits;
    }

    /// <summary>Splits that have metadata, sorted.</summary>
    public IReadOnlyList<string> Splits { get; }

    /// <param name="root">The folder that contains <c>v1.0-train</c> and <c>samples</c>.</param>
    /// <exception cref="UserErrorException">The folder does not exist or has no nuImages metadata.</exception>
    public static NuImagesMetadata Open(string root)
    {
        if (!Directory.Exists(root))
        {
            throw new UserErrorException($"{root}: there is no such folder.");
        }

        var folders = Directory.EnumerateDirectories(root, FolderPrefix + "*")
            .Where(folder => File.Exists(Path.Combine(folder, ImageTable)));
        string[] splits = [.. folders.Select(folder => Path.GetFileName(folder)[FolderPrefix.Length..]).Order(StringComparer.Ordinal)];
        if (splits.Length == 0)
        {
            throw new UserErrorException(
                $"{root}: the folder has no nuImages metadata such as v1.0-train/{ImageTable}; "
                + "unpack nuimages-v1.0-all-metadata.tgz there.");
        }

        return new NuImagesMetadata(root, splits);
    }

    /// <summary>The keyframes of the splits, each once, in ordinal order of their file names.</summary>
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
                throw new UserErrorException(
                    $"{root}: there is no metadata of the split '{split}'; there are {string.Join(", ", Splits)}.");
            }

            await AddKeyframes(split, keyframes, cancellation);
        }

        return [.. keyframes.Values];
    }

    private async Task AddKeyframes(
        string split,
        SortedDictionary<string, NuImagesKeyframe> keyframes,
        CancellationToken cancellation)
    {
        var folder = Path.Combine(root, FolderPrefix + split);
        var cameras = await NuImagesCameras.Read(folder, cancellation);
        var table = Path.Combine(folder, ImageTable);
        var number = 0;
        await foreach (var row in NuImagesTable.Rows<SampleData>(table, cancellation))
        {
            number++;
            if (row?.Filename is not { } filename || row.IsKeyFrame is not { } isKeyframe || !IsInside(filename))
            {
                throw new UserErrorException(
                    $"{table}: row {number} (token '{row?.Token}') has no is_key_frame or no filename below the root.");
            }

            if (!isKeyframe)
            {
                continue;
            }

            var camera = cameras is null
                ? CameraOfFolder(filename, $"{table}: row {number}")
                : cameras.Channel(row.CalibratedSensorToken, $"{table}: row {number}");
            keyframes.TryAdd(filename, new NuImagesKeyframe(Filename: filename, Camera: camera, Split: split));
        }
    }

    /// <summary>The camera of <c>samples/&lt;camera&gt;/….jpg</c>.</summary>
    private static string CameraOfFolder(string filename, string at)
    {
        var parts = filename.Split('/');
        return parts.Length >= 3
            ? parts[1]
            : throw new UserErrorException(
                $"{at}: the camera of {filename} is unknown, because calibrated_sensor.json and sensor.json are missing.");
    }

    private static bool IsInside(string filename)
    {
        if (filename.Length == 0 || filename[0] == '#' || Path.IsPathRooted(filename))
        {
            return false;
        }

        return filename.IndexOfAny(['\n', '\r', '\0', '\\']) < 0 && !filename.Split('/').Contains("..");
    }
}
