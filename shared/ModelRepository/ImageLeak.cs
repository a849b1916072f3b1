namespace Pipeline.Shared.ModelRepository;

/// <summary>
/// Images that a model was measured on although weights that its training began from had learnt from them: what it measures on these
/// is partly memory.
/// </summary>
/// <param name="ValidationImages">How many of the list that chose the best checkpoint.</param>
/// <param name="TestImages">How many of the list that it was measured on at the end.</param>
public sealed record ImageLeak(int ValidationImages, int TestImages)
{
    /// <summary>The same in a sentence, for reports.</summary>
    public override string ToString() =>
        $"{TestImages} test and {ValidationImages} validation images are among those that the first weights have learnt from; "
        + "what was measured on them is partly memory";
}
