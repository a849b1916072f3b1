using System.Security.Cryptography;
using System.Text;
using Pipeline.Serving.Evaluation.Records;
using Pipeline.Serving.Inference;
using Pipeline.Shared;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.ModelRepository;
using Pipeline.Shared.Reports;
using Pipeline.Shared.Text;

namespace Pipeline.Serving.Evaluation;

/// <summary>What an evaluation reads before its first execution: the model, the headers of all images, and their labels.</summary>
/// <param name="Model">The model's directory, verified.</param>
/// <param name="Facts">What determines the detections.</param>
/// <param name="Images">All images; those of other shards without labels.</param>
/// <param name="Batches">The executions of this process.</param>
internal sealed record EvaluationInput(
    ModelDirectory Model, EvaluationFacts Facts, IReadOnlyList<ImageRecord> Images, IReadOnlyList<PlannedBatch> Batches)
{
    /// <summary>The images of this process, in their order.</summary>
    public IReadOnlyList<ImageRecord> OwnImages => [.. Batches.SelectMany(batch => batch.Images).Order().Select(index => Images[index])];

    /// <param name="options">What is evaluated on what.</param>
    /// <param name="remark">Receives what is ignored or left out of the data, and warnings, one line each.</param>
    /// <param name="cancellation">Ends it between two images.</param>
    /// <exception cref="UserErrorException">The model, the list, the header of an image or a label is wrong.</exception>
    public static EvaluationInput Read(EvaluationOptions options, Action<string> remark, CancellationToken cancellation)
    {
        var dataset = Dataset.Open(options.Data, options.Format);
        var ids = options.Split is null ? dataset.ImageIds : ImageList.Read(options.Split, dataset);
        if (ids.Count == 0)
        {
            throw new UserErrorException(
                $"{options.Data}: none of its {dataset.Unlabeled.Count} images has labels; without labels nothing can be measured.");
        }

        var directory = ModelDirectory.Open(options.ModelDirectory);
        var manifest = directory.Manifest;
        var survey = DatasetSurvey.Of(dataset, ids, DetectorModel.LimitsOf(manifest), cancellation);
        foreach (var line in dataset.Remarks().Concat(survey.Remarks))
        {
            remark(line);
        }

        if (manifest.Leak is { } leak)
        {
            remark($"warning: {leak}");
        }

        if (OtherClasses(new LabelMap(manifest.Labels, manifest.LabelMap), survey.Images) is { } warning)
        {
            remark($"warning: {options.Data}: {warning}");
        }

        PlannedImage[] planned = [.. survey.Images.Select(Planned)];
        var plan = EvaluationPlan.Of(planned, options.BatchSize);
        var own = plan.OfShard(options.Shard);
        var isOwn = own.SelectMany(batch => batch.Images).ToHashSet();
        ImageRecord[] images =
        [
            .. survey.Images.Select((image, index) => Record(image, index, planned[index], isOwn.Contains(index), cancellation)),
        ];
        var beyond = own.SelectMany(batch => batch.Images).Sum(index => Beyond(images[index], survey.Images[index]));
        if (beyond > 0)
        {
            remark($"warning: {options.Data}: {beyond} labels without area or outside their image count as objects, "
                + "as in official tools; training leaves them out.");
        }

        return new EvaluationInput(directory, FactsOf(options, directory, dataset, survey, plan), images, own);
    }

    private static EvaluationFacts FactsOf(
        EvaluationOptions options, ModelDirectory directory, Dataset dataset, DatasetSurvey survey, EvaluationPlan plan)
    {
        var manifest = directory.Manifest;
        return new EvaluationFacts
        {
            Model = new EvaluatedModel(
                Name: manifest.Name,
                Version: manifest.Version,
                Sha256: manifest.Files[ModelDirectory.ModelFileName].Sha256,
                CheckpointSha256: manifest.CheckpointSha256,
                ManifestSha256: ModelDirectory.Digest(directory.ManifestPath).Sha256)
            {
                Manifest = EvaluatedManifest.Of(manifest),
            },
            Precision = manifest.Precision,
            Labels = manifest.Labels,
            LabelMap = manifest.LabelMap,
            CategoryIds = CategoryIds(manifest.Labels, dataset, survey),
            Leak = manifest.Leak,
            Data = new EvaluatedData(
                Path: options.Data,
                Format: dataset.Format.Name,
                Split: options.Split,
                LabelsSha256: LabelsDigest(dataset, survey)),
            Images = survey.Images.Count,
            Batches = plan.Batches.Count,
            BatchSize = options.BatchSize,
            PlanSha256 = plan.Sha256,
            Execution = ExecutionFacts.Here(options.Execution),
        };
    }

    /// <summary>Only where the labels number images do they number classes, and have a list of them.</summary>
    private static IReadOnlyList<long>? CategoryIds(IReadOnlyList<string> labels, Dataset dataset, DatasetSurvey survey)
    {
        if (survey.Images.All(image => image.Image.SourceId is null))
        {
            return null;
        }

        var ids = dataset.Classes.Where(entry => entry.Id is not null).ToDictionary(entry => entry.Name, entry => entry.Id!.Value);
        return labels.All(ids.ContainsKey) ? [.. labels.Select(label => ids[label])] : null;
    }

    private static PlannedImage Planned(SurveyedImage image) =>
        new(image.Image.Id, image.WidthPixels, image.HeightPixels, new FileInfo(image.Image.Path).Length);

    private static ImageRecord Record(
        SurveyedImage image, int index, PlannedImage planned, bool isOwn, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return new ImageRecord(
            Index: index,
            Id: planned.Id,
            Path: Path.GetFullPath(image.Image.Path),
            WidthPixels: planned.WidthPixels,
            HeightPixels: planned.HeightPixels,
            FileBytes: planned.FileBytes,
            Truth: isOwn ? image.Truth() : [])
        {
            SourceId = image.Image.SourceId,
        };
    }

    /// <summary>Objects that training and drawings leave out.</summary>
    private static int Beyond(ImageRecord image, SurveyedImage surveyed) =>
        image.Truth.Count(label => label.Class is not null) - surveyed.Annotations.Count(label => label.Class is not null);

    private static string LabelsDigest(Dataset dataset, DatasetSurvey survey)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var surveyed in survey.Images)
        {
            var content = dataset.LabelContent(surveyed.Image);
            hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{surveyed.Image.Id}\0{content.Length}\n")));
            hash.AppendData(content);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A warning when no object is of the model's classes, as when names are written in another way.</summary>
    private static string? OtherClasses(LabelMap classes, IReadOnlyList<SurveyedImage> images)
    {
        var named = images.SelectMany(image => image.Annotations).Select(entry => entry.Class).OfType<string>().ToHashSet();
        return named.Count == 0 || named.Any(name => classes.Label(name) >= 0)
            ? null
            : $"the labels name {FirstFew.Of(named)}, but the model knows {FirstFew.Of(classes.Classes)}; nothing can be measured.";
    }
}
