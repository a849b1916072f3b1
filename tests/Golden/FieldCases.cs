namespace Pipeline.Golden;

/// <summary>Files as people have them, committed under <c>tests/FieldCases</c>; the README there describes each.</summary>
internal static class FieldCases
{
    private static readonly string Root = System.IO.Path.Combine(SharedData.RepositoryRoot, "tests", "FieldCases");

    /// <summary>A file below <c>tests/FieldCases</c>; fails the test when it is absent.</summary>
    public static string Path(string relative) => SharedData.Existing(Root, relative);
}
