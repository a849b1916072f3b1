using Pipeline.Shared.Datasets.Kitti;

namespace Pipeline.Shared.Datasets.Checking;

/// <summary>Checks a whole data set and reports every defect, not only the first.</summary>
public static class DatasetCheck
{
    /// <param name="dataset">The data set, opened with its errors.</param>
    /// <param name="lists">
    /// Files of lists, or names of the set's own; no image may be in two of them. The set's own lists are always checked, too.
    /// </param>
    /// <param name="decode">Whether every image is decoded and compared by its bytes; else only its header is read.</param>
    /// <param name="progress">Receives the number of images checked, in rising order.</param>
    /// <param name="cancellation">Ends the check.</param>
    public static DatasetCheckReport Run(
        Dataset dataset,
        IEnumerable<string> lists,
        bool decode = true,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        var images = Images(dataset, new ImageCheck(dataset, decode), progress, cancellation);
        var named = CheckedLists.Named(lists, dataset);
        var own = CheckedLists.Own(dataset);
        var content = ContentTally.Of(images.Where(image => image.IsLabeled), DeclaredClasses(dataset));
        return new DatasetCheckReport
        {
            Root = dataset.Root,
            Format = dataset.Format.Name,
            IsDecoded = decode,
            Images = dataset.Images.Count,
            Unlabeled = dataset.Unlabeled.Count,
            Unreadable = images.Count(image => !image.IsReadable),
            Sizes = ImageSizes.Of(images.Where(image => image.IsReadable).Select(image => image.Size!.Value)),
            Content = content,
            Lists = own.Counts,
            Findings =
            [
                .. dataset.Findings,
                .. images.SelectMany(image => image.Findings),
                .. own.Findings,
                .. named.Findings,
                .. DuplicateImages.Find(images, [own, named]),
                .. NearClasses.Find(dataset.Root, content.Classes),
                .. KittiCounts.Differences(dataset, content.Classes.ToDictionary(entry => entry.Name, entry => entry.Objects)),
            ],
        };
    }

    private static CheckedImage[] Images(Dataset dataset, ImageCheck check, IProgress<int>? progress, CancellationToken cancellation)
    {
        var labeled = dataset.Images.Count;
        var checkedImages = new CheckedImage[labeled + dataset.Unlabeled.Count];
        var done = 0;
        var turn = new Lock();
        var options = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, checkedImages.Length, options, index =>
        {
            checkedImages[index] = index < labeled
                ? check.Labeled(dataset.Images[index])
                : check.Unlabeled(dataset.Unlabeled[index - labeled]);
            lock (turn)
            {
                done++;
                progress?.Report(done);
            }
        });
        return checkedImages;
    }

    /// <summary>A label file that cannot be read is already a finding of its image.</summary>
    private static IReadOnlyList<DatasetClass> DeclaredClasses(Dataset dataset)
    {
        try
        {
            return dataset.Classes;
        }
        catch (UserErrorException)
        {
            return [];
        }
    }
}
