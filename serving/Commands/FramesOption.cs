using System.CommandLine;
using Pipeline.Shared;
using Pipeline.Shared.Evaluation.Results.Submission;
using Pipeline.Shared.Files;

namespace Pipeline.Serving.Commands;

/// <summary><c>--frames</c> of the commands about submissions.</summary>
internal static class FramesOption
{
    /// <summary>Creates the option.</summary>
    public static Option<string?> Create() => new("--frames")
    {
        HelpName = "PATH",
        Description = "The frames: a list of their names, one per line, or a folder of files with their names, such as image_2; the 7518 "
            + "of the test set when omitted.",
    };

    /// <summary>The names of the frames.</summary>
    /// <param name="path">A list or a folder; null: the test set.</param>
    /// <exception cref="UserErrorException">Nothing is there, a name is no frame's or occurs twice: file and line.</exception>
    public static IReadOnlyList<string> Read(string? path)
    {
        if (path is null)
        {
            return SubmissionCheck.TestFrames;
        }

        return FileStatus.Of(path).Kind == FileKind.Folder ? OfFolder(path) : OfList(path);
    }

    private static string[] OfFolder(string folder)
    {
        string[] names =
        [
            .. Directory.EnumerateFiles(folder).Select(file => Path.GetFileNameWithoutExtension(file)).Where(IsFrame)
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        return names.Length > 0 ? names : throw new UserErrorException($"{folder}: no file is called 000000 and so on, as frames are.");
    }

    private static List<string> OfList(string path)
    {
        var frames = new List<string>();
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in InputFile.ReadText(path, "list of frames").AsSpan().EnumerateLines())
        {
            number++;
            var name = line.Trim().ToString();
            if (name.Length == 0 || name[0] == '#')
            {
                continue;
            }

            if (!IsFrame(name))
            {
                throw new UserErrorException($"{path}:{number}: '{name}' is no name of a frame; six digits are expected, such as 000000.");
            }

            if (!lines.TryAdd(name, number))
            {
                throw new UserErrorException($"{path}:{number}: frame '{name}' is already in line {lines[name]}; remove one.");
            }

            frames.Add(name);
        }

        return frames.Count > 0 ? frames : throw new UserErrorException($"{path}: the list of frames is empty.");
    }

    private static bool IsFrame(string name) => name.Length == 6 && name.All(char.IsAsciiDigit);
}
