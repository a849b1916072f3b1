using Pipeline.Shared;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Imaging;

namespace Pipeline.Training.Detection.Training;

/// <summary>The frames of a run: which it learns from, which choose its best epoch, and which it measures on.</summary>
internal sealed class FinetuneImages
{
    private readonly FinetuneOptions options;
    private readonly Dataset dataset;
    private readonly IReadOnlyList<string> unseen;
    private readonly int leftOut;
    private readonly IReadOnlyList<string> remarks;

    /// <exception cref="UserErrorException">A list is wrong, the lists overlap, or no frame has an object of the classes.</exception>
    public FinetuneImages(FinetuneOptions options, Dataset dataset, LabelMap labels)
    {
        this.options = options;
        this.dataset = dataset;
        var split = Split();
        var survey = DatasetSurvey.Of(dataset, split.Train.Concat(split.Validation).Concat(split.Test).Distinct(), new ImageLimits());
        remarks = [.. dataset.Remarks(), .. survey.Remarks];
        var typesOf = survey.Frames.ToDictionary(
            frame => frame.FrameId,
            frame => frame.Objects.Select(entry => entry.Type).Distinct().ToArray());
        (string Frame, string[] Types)[] annotated = [.. split.Train.Select(frame => (frame, typesOf[frame]))];
        string[] withObjects = [.. annotated.Where(frame => frame.Types.Any(type => labels.Label(type) >= 0)).Select(frame => frame.Frame)];
        if (withObjects.Length == 0)
        {
            string[] types = [.. annotated.SelectMany(frame => frame.Types).Distinct().Order(StringComparer.Ordinal)];
            throw new UserErrorException(
                $"{options.Data}: none of the {split.Train.Count} training frames has an object of the classes "
                + $"{string.Join(", ", options.Labels)}; their labels name "
                + $"{(types.Length == 0 ? "nothing" : string.Join(", ", types))}. Change labels or labelMap.");
        }

        Train = options.SkipEmptyFrames ? withObjects : split.Train;
        Validation = split.Validation;
        Test = split.Test;
        DetectionBatches.RequireFullBatch(options, Train.Count);
        var seen = annotated.SelectMany(frame => frame.Types).Select(labels.Label).ToHashSet();
        unseen = [.. options.Labels.Where((_, index) => !seen.Contains(index))];
        leftOut = split.Train.Count - Train.Count;
        if (options.Patience is not null && Choosing.Count == 0)
        {
            throw new UserErrorException("patience: no frames are measured that could end the run; name some with --validation-list.");
        }
    }

    /// <summary>To learn from.</summary>
    public IReadOnlyList<string> Train { get; }

    /// <summary>To choose the best epoch by; none where the test frames do that.</summary>
    public IReadOnlyList<string> Validation { get; }

    /// <summary>To measure on; none when nothing is measured.</summary>
    public IReadOnlyList<string> Test { get; }

    /// <summary>Whether the frames that are measured on have chosen the best epoch.</summary>
    public bool TestChooses => Validation.Count == 0 && Test.Count > 0;

    /// <summary>What is measured after an epoch.</summary>
    public IReadOnlyList<string> Choosing => TestChooses ? Test : Validation;

    /// <summary>Warnings before the run starts.</summary>
    public IEnumerable<string> Remarks()
    {
        foreach (var remark in remarks)
        {
            yield return remark;
        }

        foreach (var label in unseen)
        {
            yield return $"warning: no training frame has a {label}; the detector cannot find it, and where test frames have one its "
                + "AP counts as 0 in the mAP";
        }

        if (TestChooses)
        {
            yield return "the best epoch is chosen on the test list, so what it measures there is slightly optimistic; "
                + "name another list for that with --validation-list";
        }

        if (leftOut > 0)
        {
            yield return $"{leftOut} frames without an object of the classes are left out";
        }
    }

    /// <summary>
    /// What the lists say; without a list to learn from, everything that is in no other; without a list to test on either, a seeded 80 %.
    /// </summary>
    private DatasetSplit Choose()
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

    private DatasetSplit Split()
    {
        var split = Choose();
        if (!options.AllowOverlappingSplit)
        {
            RequireDisjoint("testList", split.Train, split.Test, "trained on and measured on");
            RequireDisjoint("validationList", split.Train, split.Validation, "trained on and measured on");
            RequireDisjoint("validationList", split.Test, split.Validation, "in the test list too");
        }

        return split.Train.Count > 0 ? split : throw new UserErrorException(
            $"{options.Data}: no training frame is left: {dataset.ImageIds.Count} of its {dataset.ImageIds.Count} images "
            + "have a label file; name a list with --train-list.");
    }

    private static void RequireDisjoint(string setting, IEnumerable<string> frames, IEnumerable<string> others, string what)
    {
        if (frames.Intersect(others).FirstOrDefault() is { } both)
        {
            throw new UserErrorException($"{setting}: frame '{both}' is {what}; make the lists disjoint, or set allowOverlappingSplit.");
        }
    }
}
