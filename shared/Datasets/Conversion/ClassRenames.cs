namespace Pipeline.Shared.Datasets.Conversion;

/// <summary>Classes under the names that they get in another data set; two can become one.</summary>
internal sealed class ClassRenames
{
    private readonly IReadOnlyDictionary<string, string> renames;

    /// <param name="dataset">The data set that is converted.</param>
    /// <param name="images">Its images: labels may name classes that the set does not list (KITTI's Misc).</param>
    /// <param name="renames">New names of classes.</param>
    /// <exception cref="UserErrorException">A class to rename does not exist.</exception>
    public ClassRenames(Dataset dataset, IReadOnlyList<SurveyedImage> images, IReadOnlyDictionary<string, string> renames)
    {
        this.renames = renames;
        var classes = All(dataset, images);
        string[] names = [.. classes.Select(entry => entry.Name)];
        if (renames.Keys.FirstOrDefault(name => !names.Contains(name, StringComparer.Ordinal)) is { } unknown)
        {
            throw new UserErrorException($"--label-map: {UnknownClass.Message(unknown, names)}");
        }

        Classes = Renamed(classes);
    }

    /// <summary>All classes under their new names, in their order.</summary>
    public IReadOnlyList<DatasetClass> Classes { get; }

    /// <summary>An annotation with its class's new name.</summary>
    public Annotation Rename(Annotation annotation) =>
        annotation.Class is { } name ? annotation with { Class = NewName(name) } : annotation;

    private static List<DatasetClass> All(Dataset dataset, IReadOnlyList<SurveyedImage> images)
    {
        List<DatasetClass> classes = [.. dataset.Classes];
        var named = images.SelectMany(image => image.Annotations).Select(annotation => annotation.Class).OfType<string>();
        var others = named.Except(classes.Select(entry => entry.Name), StringComparer.Ordinal).Order(StringComparer.Ordinal);
        classes.AddRange(others.Select(name => new DatasetClass(name)));
        return classes;
    }

    /// <summary>Of classes that become one, that of the new name keeps its number; if there is none, the first does.</summary>
    private DatasetClass[] Renamed(List<DatasetClass> classes) =>
        [.. classes
            .GroupBy(entry => NewName(entry.Name), StringComparer.Ordinal)
            .Select(group => (group.FirstOrDefault(entry => entry.Name == group.Key) ?? group.First()) with { Name = group.Key })];

    private string NewName(string name) => renames.GetValueOrDefault(name, name);
}
