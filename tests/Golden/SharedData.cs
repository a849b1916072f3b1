namespace Pipeline.Golden;

/// <summary>Finds the repository, and the real frames that may lie in <c>../shared</c> beside it.</summary>
internal static class SharedData
{
    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    public static string Root { get; } = System.IO.Path.GetFullPath(System.IO.Path.Combine(RepositoryRoot, "..", "shared"));

    /// <summary>A file or folder below ../shared. Skips the test when ../shared is absent; fails when only the file is.</summary>
    public static string Path(string relative)
    {
        Assert.SkipUnless(
            Directory.Exists(Root),
            $"Needs ../shared/{relative}: real frames whose license forbids commercial use, so the repository does not contain them.");
        return Existing(Root, relative);
    }

    /// <summary>A file or folder below <paramref name="root"/>; fails the test when it is absent.</summary>
    public static string Existing(string root, string relative)
    {
        var path = System.IO.Path.Combine(root, relative);
        Assert.True(File.Exists(path) || Directory.Exists(path), $"{root} lacks {relative}.");
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

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} contains Pipeline.sln.");
    }
}
