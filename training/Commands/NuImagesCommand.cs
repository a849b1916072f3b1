using System.CommandLine;
using System.Globalization;
using Pipeline.Shared;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Files;
using Pipeline.Shared.NuImages;
using Pipeline.Shared.Numbers;

namespace Pipeline.Training.Commands;

/// <summary><c>data nuimages</c>: list files of nuImages' keyframes for <c>pretrain</c>.</summary>
internal sealed class NuImagesCommand : IProgramCommand
{
    private const string All = "all";
    private static readonly string[] KnownCameras = [
        "CAM_BACK", "CAM_BACK_LEFT", "CAM_BACK_RIGHT", "CAM_FRONT", "CAM_FRONT_LEFT", "CAM_FRONT_RIGHT"];

    /// <inheritdoc />
    public Command Create()
    {
        var data = new Option<string>("--data") { Required = true, Description = "nuImages' root, with v1.0-train/ and samples/." };
        var output = new Option<string>("--output")
        {
            Required = true,
            Description = "Folder for the list files; their paths are relative to the root.",
        };
        var splits = new Option<string>("--splits")
        {
            DefaultValueFactory = _ => "train,val,test",
            Description = "Splits, separated by commas; train,val leaves the test split out.",
        };
        var cameras = new Option<string?>("--cameras")
        {
            Description = $"Only these, separated by commas: {string.Join(", ", KnownCameras)}.",
        };
        var sizes = new Option<string>("--sizes")
        {
            DefaultValueFactory = _ => "5000,18000,35000,all",
            Description = "Sizes of the subsets; the smaller are in the larger.",
        };
        var seed = NumberOption.Create("--seed", new NumberRange<int>(0, int.MaxValue), 0, "Chooses the subsets.");
        var force = ForceOption.Create();
        var command = new Command(
            "nuimages",
            "Lists nuImages' annotated images in nested subsets. Sweeps are left out.\n\nExample:\n"
            + "  pipeline-train data nuimages --data nuimages --output lists --splits train,val\n"
            + "  pipeline-train pretrain --images lists/nuimages-5000.txt --images-root nuimages --output runs/5k")
        {
            data, output, splits, cameras, sizes, seed, force,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var root = result.GetValue(data)!;
            var folder = result.GetValue(output)!;
            var chosenSplits = List(result.GetValue(splits)!);
            var chosenCameras = Cameras(result.GetValue(cameras));
            var chosenSizes = Sizes(result.GetValue(sizes)!);
            string[] paths = [.. chosenSizes.Select(size =>
                Path.Combine(folder, $"nuimages-{size?.ToString(CultureInfo.InvariantCulture) ?? All}.txt"))];
            OutputFiles.Require(paths, [], result.GetValue(force));
            var keyframes = await NuImagesMetadata.Open(root).Keyframes(chosenSplits, cancellation);
            NuImagesKeyframe[] kept = [
                .. keyframes.Where(keyframe => chosenCameras.Length == 0 || chosenCameras.Contains(keyframe.Camera))];
            var groups = kept.GroupBy(keyframe => (keyframe.Split, keyframe.Camera))
                .OrderBy(group => group.Key.Split, StringComparer.Ordinal)
                .ThenBy(group => group.Key.Camera, StringComparer.Ordinal);
            foreach (var group in groups)
            {
                Console.WriteLine($"{group.Key.Split,-6} {group.Key.Camera,-16} {group.Count(),7}");
            }

            var subsets = new NuImagesSubsets(kept, (ulong)result.GetValue(seed));
            foreach (var (path, size) in paths.Zip(chosenSizes))
            {
                var cameraNames = chosenCameras.Length == 0 ? All : string.Join(", ", chosenCameras);
                var comment = $"splits {string.Join(", ", chosenSplits)}, cameras {cameraNames}";
                subsets.Write(path, size, result.GetValue(force), comment);
                Console.WriteLine($"{path}: {subsets.Take(size).Count} images");
            }

            return 0;
        });
        return command;
    }

    private static string[] List(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string[] Cameras(string? text)
    {
        var cameras = List(text ?? "");
        return Array.Find(cameras, camera => !KnownCameras.Contains(camera)) is { } unknown
            ? throw new UserErrorException($"--cameras: there is no camera '{unknown}'; there are {string.Join(", ", KnownCameras)}.")
            : cameras;
    }

    private static int?[] Sizes(string text) => [.. List(text).Select(Size)];

    private static int? Size(string text)
    {
        if (text == All)
        {
            return null;
        }

        var range = new NumberRange<int>(1, 10_000_000);
        return range.TryParse(text, out var number)
            ? number
            : throw new UserErrorException($"--sizes: '{text}' is neither {range} nor '{All}'.");
    }
}
