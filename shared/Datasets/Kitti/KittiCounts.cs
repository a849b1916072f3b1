namespace Pipeline.Shared.Datasets.Kitti;

/// <summary>The known content of KITTI's object data set.</summary>
public static class KittiCounts
{
    /// <summary>Number of labelled images.</summary>
    public const int AllImages = 7481;

    /// <summary>Objects by class, from the log of the paper's authors (whose car and person are Car and Pedestrian).</summary>
    public static IReadOnlyDictionary<string, int> AllObjects { get; } = new Dictionary<string, int>
    {
        ["Van"] = 2914,
        ["Car"] = 28742,
        ["Truck"] = 1094,
        ["Tram"] = 511,
        ["Pedestrian"] = 4487,
        ["Cyclist"] = 1627,
        ["Person_sitting"] = 222,
    };

    /// <summary>Classes whose number differs from the known one, when all images are there.</summary>
    internal static IEnumerable<Finding> Differences(Dataset dataset, IReadOnlyDictionary<string, int> objects)
    {
        var isAllOfKitti = dataset.Format is KittiFormat && dataset.Images.Count + dataset.Unlabeled.Count == AllImages;
        return isAllOfKitti ? Differences(dataset.Root, objects) : [];
    }

    internal static IEnumerable<Finding> Differences(string root, IReadOnlyDictionary<string, int> objects) =>
        from entry in AllObjects
        let found = objects.GetValueOrDefault(entry.Key)
        where found != entry.Value
        select new Finding(root, $"all of KITTI has {entry.Value} objects of class {entry.Key}, this has {found}.")
        {
            Summary = "classes have another number of objects than all of KITTI",
        };
}
