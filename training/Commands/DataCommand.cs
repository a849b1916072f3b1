using System.CommandLine;
using Pipeline.Shared.Commands;

namespace Pipeline.Training.Commands;

/// <summary><c>data</c>: the commands about data sets.</summary>
internal sealed class DataCommand(
    SynthCommand synth,
    SplitCommand split,
    CheckCommand check,
    ConvertCommand convert,
    ShowCommand show,
    NuImagesCommand nuImages) : IProgramCommand
{
    /// <inheritdoc />
    public Command Create() => new("data", "Makes, checks, converts, shows and divides data sets.")
    {
        synth.Create(), split.Create(), check.Create(), convert.Create(), show.Create(), nuImages.Create(),
    };
}
