using System.Text.Json;
using Pipeline.Shared;
using Pipeline.Shared.Files;

namespace Pipeline.Serving.Evaluation.Records;

/// <summary>The file that makes a folder that of a run, <c>run.json</c>.</summary>
/// <param name="FormatVersion">Version of the folder's format.</param>
/// <param name="Facts">What is evaluated on what, and how.</param>
internal sealed record RunFile(int FormatVersion, EvaluationFacts Facts)
{
    /// <summary>Its name.</summary>
    public const string Name = "run.json";

    /// <summary>The version that this program writes and reads.</summary>
    public const int CurrentFormatVersion = 1;

    private const string Noun = "record of a run";
    private static readonly JsonSerializerOptions Indented = new(RecordJson.Options) { WriteIndented = true };

    /// <summary>The part of the evaluation that this folder holds; null: all of it.</summary>
    public EvaluationShard? Shard { get; init; }

    /// <summary>Whether a folder is that of a run.</summary>
    public static bool IsIn(string folder) => FileStatus.Of(Path.Combine(folder, Name)).Kind != FileKind.Missing;

    /// <summary>Reads it.</summary>
    /// <exception cref="UserErrorException">The folder holds no run, or one of another version.</exception>
    public static RunFile Read(string folder)
    {
        InputFile.RequireFolder(folder, "folder of an evaluation");
        if (!IsIn(folder))
        {
            throw new UserErrorException(
                $"{folder}: there is no {Name}; name a folder that `pipeline-serve evaluate --output` or `evaluate merge` has written.");
        }

        var path = Path.Combine(folder, Name);
        var text = InputFile.ReadText(path, Noun);
        RequireVersion(path, text);
        try
        {
            return JsonSerializer.Deserialize<RunFile>(text, RecordJson.Options) ?? throw new JsonException();
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw Damaged(path, exception);
        }
    }

    /// <summary>Writes it.</summary>
    public void Write(string folder) =>
        AtomicFile.WriteText(Path.Combine(folder, Name), JsonSerializer.Serialize(this, Indented) + "\n");

    /// <summary>First, because another version may have other fields.</summary>
    private static void RequireVersion(string path, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var version = document.RootElement.GetProperty("formatVersion").GetInt32();
            if (version != CurrentFormatVersion)
            {
                throw new UserErrorException(
                    $"{path}: this run has format version {version}; this program reads {CurrentFormatVersion}. Evaluate again.");
            }
        }
        catch (Exception exception) when (
            exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw Damaged(path, exception);
        }
    }

    private static UserErrorException Damaged(string path, Exception cause) =>
        new($"{path}: this file is damaged, or no program of this kind wrote it; evaluate again into another folder.", cause);
}
