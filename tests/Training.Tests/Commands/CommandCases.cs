using Pipeline.Shared.Synthetic;

namespace Pipeline.Training.Tests.Commands;

/// <summary>A temporary folder with a small data set in <c>kitti</c>, and <c>pipeline-train</c> as a real process on it.</summary>
internal sealed class CommandCases : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("train-cases").FullName;

    public CommandCases() =>
        StreetSceneWriter.WriteKitti(In("kitti"), new StreetSceneOptions { WidthPixels = 192, HeightPixels = 96 }, 0, 5);

    public string In(string name) => Path.Combine(folder, name);

    public string Label(string frame) => In($"kitti/training/label_2/{frame}.txt");

    /// <summary>The command line of a small run of one epoch, unless the options say otherwise.</summary>
    public string[] Finetune(string output, params string[] options)
    {
        string[] arguments = ["finetune", "--preset", "small", "--data", In("kitti"), "--output", In(output), .. options];
        arguments = options.Contains("--config") ? arguments : [.. arguments, "--config", TinyDetector()];
        return options.Contains("--epochs") ? arguments : [.. arguments, "--epochs", "1"];
    }

    private string TinyDetector() => Write("detector.json", """
        {
          "labels": ["Car", "Truck", "Pedestrian", "Cyclist"], "milestones": [], "backboneWeights": "none",
          "detector": {
            "backbone": { "architecture": "resnet18", "widthMultiplier": 0.0625 }, "fpnChannels": 8, "boxHeadChannels": 16,
            "minSizePixels": 48, "maxSizePixels": 96,
            "rpnPreNmsTopNTrain": 50, "rpnPostNmsTopNTrain": 20, "rpnPreNmsTopNTest": 50, "rpnPostNmsTopNTest": 20
          }
        }
        """);

    public string Tiny() => Write(
        "tiny.json",
        """{ "weights": "none", "backbone": { "widthMultiplier": 0.0625 }, "contrastive": { "keySubBatches": 1, "dimension": 8 },"""
        + """ "patches": { "cropSizePixels": 48, "patchSizePixels": 12 } }""");

    private string Write(string name, string text)
    {
        File.WriteAllText(In(name), text);
        return In(name);
    }

    public void Replace(string frame, Action<string> make)
    {
        var path = In($"kitti/training/image_2/{frame}.png");
        File.Delete(path);
        make(path);
    }

    public static void MakePipe(string path)
    {
        using var make = System.Diagnostics.Process.Start("mkfifo", [path]);
        make.WaitForExit();
    }

    public static Task<(int Code, string Output, string Errors)> Run(params string[] arguments) =>
        TrainingProgram.Run(TestContext.Current.CancellationToken, arguments);

    public static async Task<string> Done(params string[] arguments)
    {
        var (code, output, errors) = await Run(arguments);
        Assert.True(code == 0, errors);
        return output + errors;
    }

    /// <summary>Exit code 2, one line that begins with "error:" (two where the command line itself is wrong), no stack trace.</summary>
    public static async Task Refused(string reason, params string[] arguments)
    {
        var (code, _, errors) = await Run(arguments);
        Assert.True(code == 2, $"{code}: {errors}");
        Assert.Contains(reason, errors);
        Assert.DoesNotContain("   at ", errors);
        Assert.All(errors.TrimEnd('\n').Split('\n'), line => Assert.True(
            line.Contains("error: ", StringComparison.Ordinal)
            || line.Contains(": ", StringComparison.Ordinal)
            || line.StartsWith("Use --help", StringComparison.Ordinal),
            line));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
