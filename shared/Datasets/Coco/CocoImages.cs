namespace Pipeline.Shared.Datasets.Coco;

/// <summary>Finds the image files of an annotation file and gives the images their ids.</summary>
/// <param name="Images">Those that are there, in ordinal order of their ids.</param>
/// <param name="Others">Images in the same folders that the file does not name.</param>
internal sealed record CocoImages(IReadOnlyList<DatasetImage> Images, IReadOnlyList<DatasetImage> Others)
{
    private const string List = "images", Member = "file_name";

    /// <param name="path">The annotation file.</param>
    /// <param name="document">Its content; receives what is wrong with image files.</param>
    /// <exception cref="UserErrorException">The file names images, and none of them is there.</exception>
    public static CocoImages Find(string path, CocoDocument document)
    {
        if (document.Images.Count == 0)
        {
            return new CocoImages([], []);
        }

        var root = CocoImageRoot.Of(path, document.Images);
        var found = Files(root, document);
        var others = found.Keys.Select(FolderOf).Distinct().SelectMany(root.Images).Where(file => !found.ContainsKey(file)).ToArray();
        var ids = new ImageIds([.. found.Keys, .. others]);
        var sourceIds = document.ImageIds.AsJson();
        return new CocoImages(
            Ordered(found.Select(entry => new DatasetImage(ids.Of(entry.Key), Path.Combine(root.Folder, entry.Key))
            {
                DeclaredSize = entry.Value.Size,
                SourceId = sourceIds[entry.Value.Id],
                Index = entry.Value.Id,
            })),
            Ordered(others.Select(file => new DatasetImage(ids.Of(file), Path.Combine(root.Folder, file)))));
    }

    /// <summary>The images as the file names them, without a look for their files.</summary>
    /// <returns>
    /// In ordinal order of their ids: the path without extension, or, where one is missing or occurs twice, the ids of the file.
    /// </returns>
    public static IReadOnlyList<DatasetImage> Named(CocoDocument document)
    {
        var sourceIds = document.ImageIds.AsJson();
        string[] names = [.. document.Images.Select(NameOf)];
        string[] numbers = [.. document.Images.Select(image => sourceIds[image.Id].Trim('"'))];
        string[] exact = [.. document.Images.Select(image => sourceIds[image.Id])];
        string[] ids = ((string[][])[names, numbers]).FirstOrDefault(AreUnique) ?? exact;
        return Ordered(document.Images.Zip(ids, (image, id) => new DatasetImage(id, image.FileName.Length > 0 ? image.FileName : id)
        {
            DeclaredSize = image.Size,
            SourceId = sourceIds[image.Id],
            Index = image.Id,
        }));
    }

    private static bool AreUnique(string[] ids) =>
        ids.All(id => id.Length > 0) && ids.Distinct(StringComparer.Ordinal).Count() == ids.Length;

    private static string NameOf(CocoImage image) => string.IsNullOrWhiteSpace(image.FileName)
        ? ""
        : ImageNames.WithoutExtension(CocoFileName.Of(image.FileName).Relative);

    private static DatasetImage[] Ordered(IEnumerable<DatasetImage> images) =>
        [.. images.OrderBy(image => image.Id, StringComparer.Ordinal)];

    private static string FolderOf(string file) => file[..Math.Max(file.LastIndexOf('/'), 0)];

    /// <summary>The images by their paths below the root.</summary>
    private static Dictionary<string, CocoImage> Files(CocoImageRoot root, CocoDocument document)
    {
        var files = new Dictionary<string, CocoImage>(document.Images.Count, StringComparer.Ordinal);
        var missing = new List<CocoImage>();
        foreach (var image in document.Images)
        {
            var name = CocoFileName.Of(image.FileName);
            if (root.Find(name) is not { } file)
            {
                missing.Add(image);
                continue;
            }

            if (!files.TryAdd(file, image))
            {
                var message = $"{file} is already the file of images[{files[file].Place}]; remove one of the two entries.";
                document.Findings.AddError(List, image.Place, Member, message);
            }
            else if (file != name.Relative)
            {
                AddOtherName(document.Findings, image, name, file);
            }
        }

        foreach (var image in missing)
        {
            var message = $"there is no '{image.FileName}' in {root.Folder} ({missing.Count} of {document.Images.Count} images "
                + "are missing); add the image, or remove the entry and its annotations.";
            document.Findings.AddError(List, image.Place, Member, message);
        }

        return files;
    }

    private static void AddOtherName(CocoFindings findings, in CocoImage image, CocoFileName name, string file)
    {
        var message = $"'{image.FileName}' is not there; {file} is used.";
        var summary = name.Relative.EndsWith($"/{file}", StringComparison.Ordinal)
            ? "images are found only by the end of their file_name"
            : "images have another extension, or letters of another case, than their file_name";
        findings.AddWarning(List, image.Place, Member, message, summary);
    }

    /// <summary>An image's id is its path without extension; the extension stays where two would have one id.</summary>
    private sealed class ImageIds(IReadOnlyCollection<string> files)
    {
        private readonly HashSet<string> all = [.. files];
        private readonly Dictionary<string, int> counts = files.CountBy(ImageNames.WithoutExtension).ToDictionary();

        public string Of(string file)
        {
            var id = ImageNames.WithoutExtension(file);
            return counts[id] == 1 && !all.Contains(id) ? id : file;
        }
    }
}
