using System.CommandLine;

namespace Pipeline.Shared.Commands;

/// <summary><c>--data</c> of the commands that read labelled images.</summary>
public static class DataOption
{
    /// <summary>For <c>--help</c>.</summary>
    public const string Description = "Labelled images: a folder or file of KITTI, COCO, VOC or YOLO.";

    /// <summary>Creates the option.</summary>
    public static Option<string> Create() => new("--data") { Required = true, Description = Description };
}
