using System.CommandLine;
using Pipeline.Shared.Datasets;

namespace Pipeline.Shared.Commands;

/// <summary><c>--format</c>: the format of a data set.</summary>
public static class FormatOption
{
    /// <summary>The option of every command that reads labelled images.</summary>
    public static Option<string> Create()
    {
        var option = new Option<string>("--format")
        {
            DefaultValueFactory = _ => DatasetFormats.Auto,
            Description = $"Format of the data: {string.Join(", ", DatasetFormats.Names)}; {DatasetFormats.Auto} recognizes it.",
        };
        option.AcceptOnlyFromAmong([DatasetFormats.Auto, .. DatasetFormats.Names]);
        return option;
    }
}
