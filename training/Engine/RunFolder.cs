using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Files;

namespace Pipeline.Training.Engine;

/// <summary>
/// The folder of a run: <c>config.json</c> (what was effective), <c>data.json</c> (digests), <c>environment.json</c>, <c>log.txt</c>,
/// metrics and checkpoints.
/// </summary>
internal static class RunFolder
{
    private const string ConfigurationFile = "config.json", EnvironmentFile = "environment.json", DataFile = "data.json";

    /// <summary>Creates the folder of a new run, or prepares one to be resumed, and locks it for this program.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="command">The command whose run it is.</param>
    /// <param name="options">The options now.</param>
    /// <param name="data">Digests of the data now.</param>
    /// <param name="resume">Whether the run already exists and is resumed.</param>
    /// <returns>Dispose it when the run ends.</returns>
    /// <exception cref="UserErrorException">
    /// A new run's folder already exists; or one that should be resumed does not exist, has other settings or data, or is locked by
    /// another program.
    /// </exception>
    public static FolderLock Begin(string folder, string command, object options, object data, bool resume)
    {
        if (!resume)
        {
            Create(folder, command, options, data);
            return FolderLock.Take(folder);
        }

        var configuration = Configuration(folder, command);
        var held = FolderLock.Take(folder);
        try
        {
            Resume(folder, configuration, options, data);
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Makes sure, before any work, that a new run can have its folder.</summary>
    /// <exception cref="UserErrorException">Something already exists.</exception>
    public static void RequireNew(string folder)
    {
        var kind = FileStatus.Of(folder).Kind;
        if (kind == FileKind.Folder)
        {
            throw new UserErrorException(
                $"{folder}: the folder already exists; choose another with --output, remove it, or resume its run with --resume.");
        }

        StagedFolder.RequireNew(folder);
    }

    /// <summary>The configuration of a run.</summary>
    /// <exception cref="UserErrorException">The folder holds no run of this command.</exception>
    public static string Configuration(string folder, string command)
    {
        if (FileStatus.Of(folder).Kind != FileKind.Folder)
        {
            throw new UserErrorException(
                $"{folder}: holds no run that could be resumed (there is no such folder); start one without --resume.");
        }

        var path = Path.Combine(folder, ConfigurationFile);
        if (FileStatus.Of(path).Kind != FileKind.File)
        {
            throw new UserErrorException(
                $"{folder}: holds no run that could be resumed ({ConfigurationFile} is missing); start one without --resume.");
        }

        var other = CommandOf(folder);
        if (other is not null && other != command)
        {
            throw new UserErrorException(
                $"{folder}: holds a run of {other}, which {command} cannot resume; "
                + $"use pipeline-train {other} --output {folder} --resume.");
        }

        return path;
    }

    private static void Create(string folder, string command, object options, object data)
    {
        RequireNew(folder);
        StagedFolder.Write(folder, staged =>
        {
            void Write(string file, object content) => AtomicFile.WriteText(
                Path.Combine(staged, file),
                JsonSerializer.Serialize(content, content.GetType(), JsonFormat.Options) + "\n");
            Write(EnvironmentFile, RunEnvironment.Here(command));
            Write(DataFile, data);
            Write(ConfigurationFile, options);
        });
    }

    /// <summary>The command whose run a folder holds; null if it is not recorded.</summary>
    private static string? CommandOf(string folder)
    {
        var path = Path.Combine(folder, EnvironmentFile);
        if (FileStatus.Of(path).Kind != FileKind.File)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<RunEnvironment>(InputFile.ReadText(path), JsonFormat.Options)?.Command;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Resume(string folder, string configuration, object options, object data)
    {
        var free = options.GetType().GetProperties()
            .Where(property => property.IsDefined(typeof(MayDifferOnResumeAttribute), inherit: true))
            .Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name))
            .ToHashSet(StringComparer.Ordinal);
        string[] settings = [.. Changes(configuration, options).Where(difference => !free.Contains(difference.Split(':')[0]))];
        if (settings.Length > 0)
        {
            throw new UserErrorException(
                $"{folder}: the run has other settings: {string.Join("; ", settings)}. Keep its own, or start a new run in "
                + $"another folder.");
        }

        string[] changes = [.. Changes(Path.Combine(folder, DataFile), data)];
        if (changes.Length > 0)
        {
            throw new UserErrorException(
                $"{folder}: these are not the images, labels or weights, or not in the order, that the run started with: "
                + $"{string.Join("; ", changes)}. Restore them, or start a new run in another folder.");
        }

        // What a killed process left half written.
        foreach (var left in Directory.EnumerateFiles(folder, ".*.tmp"))
        {
            File.Delete(left);
        }
    }

    private static IEnumerable<string> Changes(string file, object now)
    {
        try
        {
            var before = JsonNode.Parse(InputFile.ReadText(file))!.AsObject();
            var current = JsonSerializer.SerializeToNode(now, now.GetType(), JsonFormat.Options)!.AsObject();
            return JsonDifferences.Of(before, current).Select(difference => difference.ToString());
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new UserErrorException($"{file}: the file is not as the run wrote it; start a new run in another folder.", exception);
        }
    }

    /// <summary>Whether something of this name is in the folder; a link to nothing is nothing.</summary>
    public static bool Has(string folder, string file) => FileStatus.Of(Path.Combine(folder, file)).Kind != FileKind.Missing;

    /// <summary>
    /// Runs the steps of a run. A user error that ends them is reported with what remains: the last checkpoint, or nothing at
    /// all.
    /// </summary>
    /// <param name="folder">The run's folder; it is removed when nothing had been saved.</param>
    /// <param name="checkpoint">The file that the run can be resumed from.</param>
    /// <param name="steps">The steps.</param>
    /// <exception cref="UserErrorException">The steps ended so.</exception>
    public static void KeepOrRemove(string folder, string checkpoint, Action steps)
    {
        try
        {
            steps();
        }
        catch (UserErrorException exception) when (Has(folder, checkpoint))
        {
            throw new UserErrorException($"{exception.Message} The last checkpoint is kept.", exception);
        }
        catch (UserErrorException exception)
        {
            Directory.Delete(folder, recursive: true);
            throw new UserErrorException($"{exception.Message} Nothing had been saved yet; {folder} is removed.", exception);
        }
    }
}
