using System.CommandLine;
using Pipeline.Shared;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Evaluation.Results;

namespace Pipeline.Serving.Commands;

/// <summary>The options of the commands that read labels and detections from files.</summary>
internal sealed class ResultFileOptions
{
    private readonly Option<string> groundTruth = new("--ground-truth")
    {
        Required = true,
        HelpName = "PATH",
        Description = "The labels: a file or folder of KITTI, COCO, VOC or YOLO. Images need not be there, except YOLO's.",
    };

    private readonly Option<string> detections = new("--detections")
    {
        Required = true,
        HelpName = "PATH",
        Description = "The detections: a file of COCO's results (JSON), or a folder of KITTI's, with a file for each image.",
    };

    private readonly Option<string> format = FormatOption.Create();

    private readonly Option<string?> split = new("--split")
    {
        Description = "A list of image ids, one per line, or the data set's own list train, val or test; all images when omitted.",
    };

    private readonly Option<string[]> classes = new("--classes")
    {
        HelpName = "CLASS",
        AllowMultipleArgumentsPerToken = true,
        Description = "The classes that are measured; all when omitted. Where labels give classes no numbers, results may: 1 is the first "
            + "of these.",
    };

    private readonly Option<string[]> labelMap = new("--label-map")
    {
        HelpName = "A=B",
        AllowMultipleArgumentsPerToken = true,
        Description = "A class of labels or detections that becomes another, such as Van=Car.",
    };

    /// <summary>Adds the options.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[groundTruth, detections, format, split, classes, labelMap])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The files that the user named.</summary>
    /// <exception cref="UserErrorException">A pair of names is wrong.</exception>
    public ScoredFiles Read(ParseResult parsed) => new()
    {
        GroundTruth = parsed.GetValue(groundTruth)!,
        Detections = parsed.GetValue(detections)!,
        Format = parsed.GetValue(format)!,
        Split = parsed.GetValue(split),
        Classes = parsed.GetValue(classes) ?? [],
        LabelMap = NamePairs.Read(labelMap.Name, parsed.GetValue(labelMap) ?? []),
    };

    /// <summary>Files that must not be overwritten, as far as the user named files.</summary>
    public static IEnumerable<string> Inputs(ScoredFiles files) =>
        ((string?[])[files.GroundTruth, files.Detections, files.Split]).OfType<string>().Where(File.Exists);
}
