using System.CommandLine;
using Pipeline.Shared.Datasets;

namespace Pipeline.Shared.Commands;

/// <summary><c>--format</c>: the format of a data set.</summary>
public static class FormatOption
{
    /// <summary>The values: <c>auto</c> and the names of the formats.</summary>
    public static string[] Values { get; } = [DatasetFormats.Auto, .. DatasetFormats.Names];

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

    /// <summary>The option of a command that writes labelled images.</summary>
    /// <param name="name">Such as <c>--to</c>.</param>
    /// <param name="defaultName">The format if the option is omitted; null: it is required.</param>
    public static Option<string> Target(string name, string? defaultName = null)
    {
        var option = new Option<string>(name)
        {
            Required = defaultName is null,
            Description = $"Format of what is written: {string.Join(", ", DatasetFormats.Names)}.",
        };
        if (defaultName is not null)
        {
            option.DefaultValueFactory = _ => defaultName;
        }

        option.AcceptOnlyFromAmong([.. DatasetFormats.Names]);
        return option;
    }
}
