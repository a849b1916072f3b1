namespace Pipeline.Training.Checkpoints;

/// <summary>What a setting of first weights names: a file, or a word. A file that is called like a word is named with its folder.</summary>
internal static class WeightChoice
{
    /// <summary>The word for ImageNet's weights, which come with the program.</summary>
    public const string ImageNet = "imagenet";

    /// <summary>The word for random weights; so does a setting that is null.</summary>
    public const string None = "none";

    /// <summary>Whether a setting names weights, so that the network does not begin at random.</summary>
    public static bool IsGiven(string? setting) => setting is not (null or None);

    /// <summary>The file of weights; null for random ones.</summary>
    /// <exception cref="Pipeline.Shared.UserErrorException">ImageNet's weights are meant, and their file is missing.</exception>
    public static string? FileOf(string? setting) => setting switch
    {
        null or None => null,
        ImageNet => ImageNetWeights.FilePath(),
        _ => setting,
    };
}
