using System.Text.RegularExpressions;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>Names without what checkpointing, sharding and compiling of single modules put inside them.</summary>
internal static partial class WrappedNames
{
    /// <summary>The entries by their modules' own names; as they are where two would have one name.</summary>
    public static ForeignEntry[] Unwrapped(ForeignEntry[] entries)
    {
        ForeignEntry[] unwrapped = [.. entries.Select(entry => entry with { Name = Unwrapped(entry.Name) })];
        var isUnique = unwrapped.DistinctBy(entry => entry.Name).Count() == unwrapped.Length;
        return isUnique ? unwrapped : entries;
    }

    /// <summary>A name without them.</summary>
    public static string Unwrapped(string name) => Wrappers.Replace(name, "");

    /// <summary>FSDP's and fairscale's wherever they appear; compilation's after a module of a residual network.</summary>
    [GeneratedRegex(@"\b(_checkpoint_wrapped_module|_fsdp_wrapped_module|_fpw_module)\.|(?<=\b(conv\d|bn\d|layer\d|\d+)\.)_orig_mod\.")]
    private static partial Regex Wrappers { get; }
}
