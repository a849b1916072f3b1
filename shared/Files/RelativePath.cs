namespace Pipeline.Shared.Files;

/// <summary>Paths below a folder that come from data: names of images, and where files are written by them.</summary>
public static class RelativePath
{
    private static readonly char[] Separators = ['/', '\\'];

    /// <summary>Requires that a path stays below the folder to which it is relative, on every system.</summary>
    /// <param name="path">With '/'.</param>
    /// <param name="noun">What it is, for the message.</param>
    /// <returns>The path.</returns>
    /// <exception cref="UserErrorException">
    /// It is absolute, has an empty component, <c>.</c> or <c>..</c>, a drive, or a control character.
    /// </exception>
    public static string Require(string path, string noun = "name of an image")
    {
        if (path.Split(Separators).Any(component => component is "" or "." or "..") || HasDrive(path) || path.Any(char.IsControl))
        {
            var shown = string.Concat(path.Select(letter => char.IsControl(letter) ? '?' : letter));
            throw new UserErrorException(
                $"'{shown}' cannot be the {noun}: the path must stay below its folder and have no empty part, '.' or '..'; rename it.");
        }

        return path;
    }

    private static bool HasDrive(string path) => path.Length > 1 && path[1] == ':' && char.IsAsciiLetter(path[0]);
}
