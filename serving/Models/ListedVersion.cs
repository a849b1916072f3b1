using Pipeline.Shared.Files;

namespace Pipeline.Serving.Models;

/// <summary>A version that is in the repository's folder.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Version">Version of the model.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="StandsInRoot">Whether its folder is in the repository itself, not in a folder of the model's name.</param>
/// <param name="Files">Identifies the files as they are: it changes when one is replaced or written to.</param>
internal sealed record ListedVersion(string Name, int Version, string Folder, bool StandsInRoot, string Files)
{
    private const int MostFiles = 100;

    /// <summary>Identifies the files of a folder without reading them.</summary>
    public static string Identify(string folder)
    {
        var identity = new List<string> { FileStatus.Of(folder).Identity };
        try
        {
            foreach (var path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Take(MostFiles))
            {
                var target = new FileInfo(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path);
                var size = target.Exists ? target.Length : 0;
                identity.Add($"{Path.GetFileName(path)} {FileStatus.Of(path).Identity} {size} {target.LastWriteTimeUtc.Ticks}");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            identity.Add("cannot be read");   // loading it says why
        }

        return string.Join('\n', identity);
    }
}
