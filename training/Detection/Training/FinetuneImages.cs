using Pipeline.Shared;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Imaging;

namespace Pipeline.Training.Detection.Training;

/// <summary>The images of a run: which it learns from, which choose its best epoch, and which it measures on.</summary>
internal sealed class FinetuneImages
{
    private readonly FinetuneOptions options;
    private readonly ChosenLists lists;
    private readonly IReadOnlyList<string> unseen;
    private readonly int leftOut;
    private readonly IReadOnlyList<string> remarks;

    /// <exception cref="UserErrorException">A list is wrong, the lists overlap, or no image has an object of the classes.</exception>
    public FinetuneImages(FinetuneOptions options, Dataset dataset, LabelMap labels, CancellationToken cancellation = default)
    {
        this.options = options;
        lists = ChosenLists.Of(options, dataset);
        var split = lists.Split;
        var ids = split.Train.Concat(split.Validation).Concat(split.Test).Distinct();
        var survey = DatasetSurvey.Of(dataset, ids, new ImageLimits(), cancellation);
        Surveyed = survey.Images;
        remarks = [.. dataset.Remarks(), .. survey.Remarks];
        var classesOf = survey.Images.ToDictionary(image => image.Image.Id, ClassesOf);
        string[] withObjects = [.. split.Train.Where(id => classesOf[id].Any(name => labels.Label(name) >= 0))];
        string[] named = [.. split.Train.SelectMany(id => classesOf[id]).Distinct().Order(StringComparer.Ordinal)];
        if (withObjects.Length == 0)
        {
            throw new UserErrorException(
                $"{options.Data}: none of the {split.Train.Count} training images has an object of the classes "
                + $"{string.Join(", ", options.Labels)}; their labels name "
                + $"{(named.Length == 0 ? "nothing" : string.Join(", ", named))}. Change labels or labelMap.");
        }

        Train = options.SkipEmptyFrames ? withObjects : split.Train;
        Validation = split.Validation;
        Test = split.Test;
        DetectionBatches.RequireFullBatch(options, Train.Count);
        var seen = named.Select(labels.Label).ToHashSet();
        unseen = [.. options.Labels.Where((_, index) => !seen.Contains(index))];
        leftOut = split.Train.Count - Train.Count;
        if (options.Patience is not null && Choosing.Count == 0)
        {
            throw new UserErrorException("patience: no images are measured that could end the run; name some with --validation-list.");
        }
    }

    /// <summary>All of the lists, each once, with their annotations.</summary>
    public IReadOnlyList<SurveyedImage> Surveyed { get; }

    /// <summary>To learn from.</summary>
    public IReadOnlyList<string> Train { get; }

    /// <summary>To choose the best epoch by; none where the test images do that.</summary>
    public IReadOnlyList<string> Validation { get; }

    /// <summary>To measure on; none when nothing is measured.</summary>
    public IReadOnlyList<string> Test { get; }

    /// <summary>Whether the images that are measured on have chosen the best epoch.</summary>
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

        if (lists.AreTheDataSets)
        {
            yield return $"the data set's own lists are used: {Train.Count} images to learn from, {Validation.Count} to choose the best "
                + $"epoch by, {Test.Count} to measure on";
        }

        foreach (var label in unseen)
        {
            yield return $"warning: no training image has a {label}; the detector cannot find it, and where test images have one its "
                + "AP counts as 0 in the mAP";
        }

        if (TestChooses)
        {
            yield return "the best epoch is chosen on the test list, so what it measures there is slightly optimistic; "
                + "name another list for that with --validation-list";
        }

        if (leftOut > 0)
        {
            yield return $"{leftOut} images without an object of the classes are left out";
        }
    }

    private static string[] ClassesOf(SurveyedImage image) =>
        [.. image.Annotations.Where(entry => !entry.IsIgnored).Select(entry => entry.Class!).Distinct()];
}
