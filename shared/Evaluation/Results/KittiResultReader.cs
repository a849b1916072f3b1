using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Files;

namespace Pipeline.Shared.Evaluation.Results;

/// <summary>
/// Reads a folder of KITTI's results: a text file for each image, directly in it or in its folder <c>data</c>, as the development kit
/// has them, with 16 fields a line. What the kit accepts is accepted: any finite score, boxes outside the image, without area or with
/// swapped corners. A missing file is an error, as in the kit; an empty one is an image without detections.
/// </summary>
/// <param name="path">The folder.</param>
/// <param name="names">Images and classes.</param>
internal sealed class KittiResultReader(string path, ResultNames names)
{
    private const string DataFolder = "data";
    private const string Noun = "result file";
    private const long MaxFileBytes = 64_000_000;
    private const int ReportEvery = 256;

    private readonly ResultCollector collector = new(names, areSides: false);

    /// <summary>Reads the files of all images.</summary>
    /// <param name="progress">Told now and then; may be null.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="UserErrorException">A file is missing or one too many, or a line is wrong: file and line.</exception>
    public ResultCollector Read(IProgress<ResultProgress>? progress, CancellationToken cancellation)
    {
        var files = FilesByImage();
        RequireAll(files);
        for (var image = 0; image < files.Length; image++)
        {
            if (image % ReportEvery == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Report(new ResultProgress(collector.Count, image, files.Length));
            }

            ReadFile(files[image]!, image);
        }

        return collector;
    }

    /// <summary>The folder of the text files.</summary>
    /// <exception cref="UserErrorException">There is no such folder.</exception>
    public static string FolderOf(string path)
    {
        InputFile.RequireFolder(path, "folder of results");
        var data = Path.Combine(path, DataFolder);
        return Directory.Exists(data) && KittiTextFolder.Files(path).Count == 0 ? data : path;
    }

    private string?[] FilesByImage()
    {
        var folder = FolderOf(path);
        var files = new string?[names.Images.Length];
        var all = KittiTextFolder.Files(folder);
        if (all.Count == 0)
        {
            throw new UserErrorException($"{folder}: there are no result files; KITTI's are 000000.txt and so on, one for each image.");
        }

        var notEvaluated = 0;
        foreach (var file in all)
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var image = names.ImageOfFile(name) ?? throw new UserErrorException(
                $"{file}: {names.UnknownImage($"'{name}'").Replace("the detection", "the file", StringComparison.Ordinal)}");
            if (image == ResultNames.NotEvaluated)
            {
                notEvaluated++;
            }
            else if (files[image] is { } other)
            {
                throw new UserErrorException($"{file}: {Path.GetFileName(other)} is of the same image; keep one of the two files.");
            }
            else
            {
                files[image] = file;
            }
        }

        if (notEvaluated > 0)
        {
            collector.Notes.AddOnce($"{notEvaluated:N0} result files are of images that are not evaluated; they are not read");
        }

        return files;
    }

    private void RequireAll(string?[] files)
    {
        var missing = files.Count(file => file is null);
        if (missing == 0)
        {
            return;
        }

        var first = names.Images[Array.IndexOf(files, null)];
        throw new UserErrorException(
            $"{Path.Combine(FolderOf(path), ResultNames.FileOf(first))}.txt: there is no result file of image '{first.Id}' "
            + $"({missing:N0} of {files.Length:N0} images have none); the development kit needs one for each, an empty one where nothing is detected. "
            + "Or name the images that are evaluated with --split.");
    }

    private void ReadFile(string file, int image)
    {
        var number = 0;
        foreach (var line in InputFile.ReadText(file, Noun, MaxFileBytes).AsSpan().EnumerateLines())
        {
            number++;
            if (!line.IsWhiteSpace())
            {
                ReadLine(line, ResultPlace.Line(file, number), image);
            }
        }
    }

    private void ReadLine(ReadOnlySpan<char> line, in ResultPlace place, int image)
    {
        Span<Range> fields = stackalloc Range[KittiFields.OfResult + 1];
        var count = KittiFields.Split(line, fields);
        if (count != KittiFields.OfResult)
        {
            throw place.Error("", KittiResultLine.WrongCount(count));
        }

        Span<double> numbers = stackalloc double[KittiFields.OfResult];
        try
        {
            KittiFields.Parse(line, fields[..count], numbers);
        }
        catch (UserErrorException exception)
        {
            throw place.Error("", exception.Message);
        }

        var type = line[fields[0]].ToString();
        var label = ClassOf(type) ?? throw place.Error("", $"{KittiFields.Name(0)}: {names.UnknownClass($"'{type}'")}");
        collector.Add(place, image, label, KittiFields.BoxOf(numbers), numbers[KittiFields.Score]);
    }

    /// <summary>The development kit compares types without regard to case.</summary>
    private int? ClassOf(string type)
    {
        if (names.Class(type) is { } exact)
        {
            return exact;
        }

        var all = names.Labels.Classes.Concat(KittiClasses.Known);
        var near = all.FirstOrDefault(name => name.Equals(type, StringComparison.OrdinalIgnoreCase));
        return near is null ? null : names.Class(near) ?? ResultNames.NotEvaluated;
    }
}
