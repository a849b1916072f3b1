using System.CommandLine;
using Pipeline.Shared;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Files;
using Pipeline.Shared.Numbers;

namespace Pipeline.Training.Commands;

/// <summary><c>data split</c>: divides labelled images into lists.</summary>
internal sealed class SplitCommand : IProgramCommand
{
    private const string Examples = """


        Examples:
          pipeline-train data split --data kitti --output splits
          pipeline-train data split --data kitti --output splits --validation 0.1 --groups drives.txt
        """;

    /// <inheritdoc />
    public Command Create()
    {
        var range = new NumberRange<double>(0, 1) { ExcludesEnds = true };
        var data = DataOption.Create();
        var format = FormatOption.Create();
        var output = new Option<string>("--output")
        {
            Required = true,
            Description = "Folder for train.txt, test.txt and, with --validation, validation.txt.",
        };
        var fraction = NumberOption.Create(
            "--train-fraction",
            range,
            new SplitFractions().Train,
            "Fraction of the images that are not for testing.");
        var validation = NumberOption.Optional(
            "--validation",
            range,
            "Fraction of all images for validation.txt, which chooses the best epoch; taken from train.txt, so that test.txt stays.");
        var groups = new Option<string?>("--groups")
        {
            Description =
                "Text file of one image and its group a line: no group is divided, and the fractions are met as closely as that allows.",
        };
        var seed = NumberOption.Create("--seed", new NumberRange<int>(0, int.MaxValue), 0, "Chooses the split.");
        var force = ForceOption.Create();
        var command = new Command("split", "Writes a seeded split as lists of images." + Examples)
        {
            data, format, output, fraction, validation, groups, seed, force,
        };
        command.SetAction(result =>
        {
            var dataset = Dataset.Open(result.GetValue(data)!, result.GetValue(format)!);
            var fractions = new SplitFractions { Train = result.GetValue(fraction), Validation = result.GetValue(validation) ?? 0 };
            var split = Split(dataset, result.GetValue(groups), (ulong)result.GetValue(seed), fractions);
            RequireImages(split, fractions, result.GetValue(data)!);
            Write(split, dataset, result.GetValue(output)!, result.GetValue(groups), result.GetValue(force));
            return 0;
        });
        return command;
    }

    private static DatasetSplit Split(Dataset dataset, string? groups, ulong seed, SplitFractions fractions) => groups is null
        ? DatasetSplit.Create(dataset.ImageIds, seed, fractions)
        : DatasetSplit.Create(dataset.ImageIds, ImageGroups.Read(groups, dataset), seed, fractions);

    private static void RequireImages(DatasetSplit split, SplitFractions fractions, string data)
    {
        var isMissing = split.Train.Count == 0 || split.Test.Count == 0;
        if (fractions.Validation == 0 && !isMissing)
        {
            return;
        }

        if (isMissing || split.Validation.Count == 0)
        {
            var all = split.Train.Count + split.Validation.Count + split.Test.Count;
            var chosen = fractions.Validation == 0 ? "both need" : $"{split.Validation.Count} would choose the best; each list needs";
            throw new UserErrorException(
                $"{data}: of {all} labelled images {split.Train.Count} would be trained on and {split.Test.Count} measured on; "
                + $"{chosen} one at least. Choose other fractions with --train-fraction and --validation, or smaller groups.");
        }
    }

    private static void Write(DatasetSplit split, Dataset dataset, string folder, string? groups, bool force)
    {
        var lists = new Dictionary<string, IReadOnlyList<string>>
        {
            ["train.txt"] = split.Train,
            ["validation.txt"] = split.Validation,
            ["test.txt"] = split.Test,
        };
        (string Path, IReadOnlyList<string> Images)[] written =
            [.. lists.Where(list => list.Value.Count > 0).Select(list => (Path.Combine(folder, list.Key), list.Value))];
        string[] inputs = groups is null ? [] : [groups];
        OutputFiles.Require(written.Select(list => list.Path), dataset.Files.Concat(inputs), force);
        foreach (var (path, images) in written)
        {
            ImageList.Write(path, images, replace: force);
            Console.WriteLine($"{path}: {images.Count} images");
        }
    }
}
