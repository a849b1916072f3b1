using Pipeline.Shared;
using Pipeline.Shared.Datasets;

namespace Pipeline.Training.Detection.Training;

/// <summary>The lists of a run: the user's, the data set's own, or a seeded split.</summary>
/// <param name="Split">Images to learn from, to choose the best epoch by, and to measure on.</param>
/// <param name="AreTheDataSets">Whether they are the data set's own (VOC's ImageSets, YOLO's data.yaml).</param>
internal sealed record ChosenLists(DatasetSplit Split, bool AreTheDataSets)
{
    private const string TrainName = "train", ValidationName = "val", TestName = "test";

    /// <exception cref="UserErrorException">A list is wrong, the lists overlap, or there is nothing to learn from.</exception>
    public static ChosenLists Of(FinetuneOptions options, Dataset dataset)
    {
        var isNamed = (options.TrainList ?? options.ValidationList ?? options.TestList) is not null;
        var isOwn = !isNamed && dataset.Splits.ContainsKey(TrainName);
        var split = isOwn ? Own(dataset) : Choose(options, dataset);
        if (!options.AllowOverlappingSplit)
        {
            RequireDisjoint("testList", split.Train, split.Test, "trained on and measured on");
            RequireDisjoint("validationList", split.Train, split.Validation, "trained on and measured on");
            RequireDisjoint("validationList", split.Test, split.Validation, "in the test list too");
        }

        return split.Train.Count > 0 ? new ChosenLists(split, isOwn) : throw new UserErrorException(
            $"{options.Data}: no training image is left: {dataset.Images.Count} images have labels, {dataset.Unlabeled.Count} have none; "
            + "name a list with --train-list.");
    }

    private static DatasetSplit Own(Dataset dataset) =>
        new(dataset.Splits[TrainName], dataset.Splits.GetValueOrDefault(TestName) ?? [])
        {
            Validation = dataset.Splits.GetValueOrDefault(ValidationName) ?? [],
        };

    /// <summary>
    /// What the lists say; without a list to learn from, everything that is in no other; without a list to test on either, a seeded 80 %.
    /// </summary>
    private static DatasetSplit Choose(FinetuneOptions options, Dataset dataset)
    {
        var test = options.TestList is { } testList ? ImageList.Read(testList, dataset) : null;
        var validation = options.ValidationList is { } validationList ? ImageList.Read(validationList, dataset) : [];
        if (options.TrainList is { } trainList)
        {
            return new DatasetSplit(ImageList.Read(trainList, dataset), test ?? []) { Validation = validation };
        }

        var rest = dataset.ImageIds.Except(validation);
        var split = test is null ? DatasetSplit.Create(rest, (ulong)options.Seed) : new DatasetSplit([.. rest.Except(test)], test);
        return split with { Validation = validation };
    }

    private static void RequireDisjoint(string setting, IEnumerable<string> images, IEnumerable<string> others, string what)
    {
        if (images.Intersect(others).FirstOrDefault() is { } both)
        {
            throw new UserErrorException($"{setting}: image '{both}' is {what}; make the lists disjoint, or set allowOverlappingSplit.");
        }
    }
}
