namespace Pipeline.Shared.ModelRepository;

/// <summary>
/// Images that a model was evaluated on although its initial weights were trained on them: part of such a result is memory.
/// </summary>
/// <param name="ValidationImages">Number of them in the list that chose the best checkpoint.</param>
/// <param name="TestImages">Number of them in the list of the final evaluation.</param>
public sealed record ImageLeak(int ValidationImages, int TestImages)
{
    /// <summary>A sentence for reports.</summary>
    public override string ToString() =>
        $"{TestImages} test and {ValidationImages} validation images are among those that the initial weights have learned from; "
        + "what was measured on them is partly memory";
}
