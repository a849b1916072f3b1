namespace Pipeline.Golden;

/// <summary>Finds <c>../shared</c> beside the repository: reference vectors and real frames that are not part of it.</summary>
internal static class SharedData
{
    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    public static string Root { get; } = System.IO.Path.GetFullPath(System.IO.Path.Combine(RepositoryRoot, "..", "shared"));

    public static bool IsPresent => Directory.Exists(Root);

    /// <summary>A file or folder below ../shared. Skips the test when ../shared is absent; fails when only the file is.</summary>
    public static string Path(string relative)
    {
        Assert.SkipUnless(IsPresent, "../shared is not beside the repository.");
        var path = System.IO.Path.Combine(Root, relative);
        Assert.True(File.Exists(path) || Directory.Exists(path), $"../shared is there, but {relative} is not.");
        return path;
    }

    private static string FindRepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Pipeline.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"Pipeline.sln is in no folder above {AppContext.BaseDirectory}.");
    }
}
