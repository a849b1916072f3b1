using System.CommandLine;
using Pipeline.Shared.Kitti;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Training.Commands;

/// <summary><c>data</c>: makes and divides data sets.</summary>
internal static class DataCommand
{
    public static Command Create() => new("data", "Makes and divides data sets.") { Synth(), Split(), Check(), NuImagesCommand.Create() };

    private static Command Synth()
    {
        var defaults = new StreetSceneOptions();
        var output = new Option<string>("--output") { Required = true, Description = "The data set's folder." };
        var count = new Option<int>("--count") { DefaultValueFactory = _ => 200, Description = "Frames." };
        var first = new Option<int>("--first") { Description = "Index of the first scene in the seed's sequence." };
        var width = new Option<int>("--width") { DefaultValueFactory = _ => defaults.WidthPixels, Description = "Pixels, 64 to 4096." };
        var height = new Option<int>("--height") { DefaultValueFactory = _ => defaults.HeightPixels, Description = "Pixels, 32 to 4096." };
        var seed = new Option<int>("--seed") { Description = "The same seed gives the same frames." };
        var unlabelled = new Option<bool>("--unlabelled") { Description = "Images alone, for pretrain." };
        Limit(count, 1, 1_000_000);
        Limit(first, 0, int.MaxValue);
        Limit(width, 64, 4096);
        Limit(height, 32, 4096);
        var command = new Command("synth", "Draws street scenes in KITTI's layout.\n\nExample:\n  pipeline-train data synth --output scenes --count 200") { output, count, first, width, height, seed, unlabelled };
        command.SetAction((result, cancellation) =>
        {
            var options = new StreetSceneOptions { WidthPixels = result.GetValue(width), HeightPixels = result.GetValue(height), Seed = result.GetValue(seed) };
            var (folder, frames) = (result.GetValue(output)!, result.GetValue(count));
            if (result.GetValue(unlabelled))
            {
                StreetSceneWriter.WriteImages(folder, options, result.GetValue(first), frames, cancellation: cancellation);
            }
            else
            {
                StreetSceneWriter.WriteKitti(folder, options, result.GetValue(first), frames, cancellation: cancellation);
            }

            Console.WriteLine($"{frames} frames in {folder}");
            return Task.FromResult(0);
        });
        return command;
    }

    private static Command Split()
    {
        var data = new Option<string>("--data") { Required = true, Description = "Frames in KITTI's layout." };
        var output = new Option<string>("--output") { Required = true, Description = "Folder for train.txt and test.txt." };
        var fraction = new Option<double>("--train-fraction") { DefaultValueFactory = _ => 0.8, Description = "Share of the frames to learn from." };
        var seed = new Option<int>("--seed") { Description = "Chooses the split." };
        fraction.Validators.Add(result =>
        {
            if (result.GetValue(fraction) is not (> 0 and < 1))
            {
                result.AddError("--train-fraction must lie between 0 and 1.");
            }
        });
        var command = new Command("split", "Writes a seeded split as lists of frames.\n\nExample:\n  pipeline-train data split --data kitti --output splits") { data, output, fraction, seed };
        command.SetAction(result =>
        {
            var split = KittiSplit.Create(KittiDataset.Open(result.GetValue(data)!).FrameIds, (ulong)result.GetValue(seed), result.GetValue(fraction));
            foreach (var (name, frames) in new[] { ("train.txt", split.Train), ("test.txt", split.Test) })
            {
                var path = Path.Combine(result.GetValue(output)!, name);
                KittiSplit.WriteList(path, frames);
                Console.WriteLine($"{path}: {frames.Count} frames");
            }

            return 0;
        });
        return command;
    }

    private static Command Check()
    {
        const int HasDefects = 2;
        var data = new Option<string>("--data") { Required = true, Description = "Frames in KITTI's layout." };
        var lists = new Option<string[]>("--lists") { AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [], Description = "Lists of frames, as those of a split; no frame may stand in two." };
        var labelsOnly = new Option<bool>("--labels-only") { Description = "Do not decode the images." };
        var command = new Command("check", "Says every defect of a data set with its file and line, and counts its objects.\n\nExample:\n  pipeline-train data check --data kitti --lists splits/train.txt splits/test.txt") { data, lists, labelsOnly };
        command.SetAction((result, cancellation) =>
        {
            var report = KittiCheck.Run(KittiDataset.Open(result.GetValue(data)!), result.GetValue(lists)!, !result.GetValue(labelsOnly), cancellation: cancellation);
            foreach (var (type, count) in report.Objects)
            {
                Console.WriteLine($"{type,-16} {count,7}");
            }

            foreach (var defect in report.Defects)
            {
                Console.Error.WriteLine(defect);
            }

            Console.WriteLine($"{report.Frames} frames, {report.Objects.Values.Sum()} objects, {report.Defects.Count} defects");
            return Task.FromResult(report.Defects.Count == 0 ? 0 : HasDefects);
        });
        return command;
    }

    private static void Limit(Option<int> option, int least, int most) => option.Validators.Add(result =>
    {
        if (result.GetValue(option) < least || result.GetValue(option) > most)
        {
            result.AddError($"{option.Name} must lie between {least} and {most}.");
        }
    });
}
