namespace Pipeline.Shared.Datasets;

/// <summary>Files by the id that their names give them.</summary>
internal static class FilesById
{
    /// <param name="files">The files, in ordinal order.</param>
    /// <param name="id">The id of a file.</param>
    /// <param name="noun">What the files are, such as "image".</param>
    /// <param name="findings">Receives an error for each file whose id an earlier one has.</param>
    /// <returns>The first file of each id, in ordinal order of the ids.</returns>
    public static SortedDictionary<string, string> Of(
        IEnumerable<string> files, Func<string, string> id, string noun, List<Finding> findings)
    {
        var byId = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            var name = id(file);
            if (!byId.TryAdd(name, file))
            {
                findings.Add(new Finding(file, $"this is a second {noun} of the same name ({Path.GetFileName(byId[name])}); keep one."));
            }
        }

        return byId;
    }
}
