using System.CommandLine;
using Pipeline.Shared.Datasets;

namespace Pipeline.Shared.Commands;

/// <summary><c>--format</c>: the format of a data set.</summary>
public static class FormatOption
{
    /// <summary>The values: <c>auto</c> and the names of the formats.</summary>
    public static string[] Values { get; } = [DatasetFormats.Auto, .. DatasetFormats.Names];

    /// <summary>Of <c>--data</c>, for <c>--help</c>.</summary>
    public const string DataDescription = "Labelled images: a folder or file of KITTI, COCO, VOC or YOLO.";

    /// <summary>Of <c>--format</c>, for <c>--help</c>.</summary>
    public static string Description { get; } =
        $"Format of the data: {string.Join(", ", DatasetFormats.Names)}; {DatasetFormats.Auto} recognizes it.";

    /// <summary>The option of every command that reads labelled images.</summary>
    public static Option<string> Create()
    {
        var option = new Option<string>("--format")
        {
            DefaultValueFactory = _ => DatasetFormats.Auto,
            Description = Description,
        };
        option.AcceptOnlyFromAmong(Values);
        return option;
    }
}
