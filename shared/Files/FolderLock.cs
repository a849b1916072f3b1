namespace Pipeline.Shared.Files;

/// <summary>Reserves a folder for one program at a time. The operating system releases it when the program ends, however it ends.</summary>
public sealed class FolderLock : IDisposable
{
    private const string FileName = ".lock";
    private readonly FileStream stream;

    private FolderLock(FileStream stream) => this.stream = stream;

    /// <param name="folder">An existing folder.</param>
    /// <exception cref="UserErrorException">Another program holds the folder.</exception>
    public static FolderLock Take(string folder)
    {
        try
        {
            return new FolderLock(new FileStream(
                Path.Combine(folder, FileName),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None));
        }
        catch (IOException exception) when (Directory.Exists(folder))
        {
            throw new UserErrorException(
                $"{folder}: another program is working in this folder; wait until it ends, or choose another folder.",
                exception);
        }
    }

    /// <summary>Releases the folder.</summary>
    public void Dispose() => stream.Dispose();
}
