using Pipeline.Shared.ModelRepository;

namespace Pipeline.Training.Publishing;

/// <summary>How far the detections of an exported model may be from those of its detector.</summary>
internal static class ParityTolerances
{
    /// <summary>
    /// The same computation in another order: rounding moves a box by less than 0.01 pixels and a score by less than 1e-5. One in a
    /// hundred may be another box, where two overlap by just the suppression's threshold, or score alike.
    /// </summary>
    private static readonly ParityTolerance Fp32 = new(BoxPixels: 0.05, Score: 1e-4, DifferingShare: 0.01, MapPoints: 0.1);

    /// <summary>
    /// Numbers of 11 bits: what labels measure must stay. Without labels, boxes must overlap and scores be near; one in five may be
    /// another, since the order of near scores decides which box is suppressed.
    /// </summary>
    private static readonly ParityTolerance Fp16 = new(BoxPixels: null, Score: 0.05, DifferingShare: 0.2, MapPoints: 0.2);

    /// <summary>Numbers of 8 bits: as float16, more generously.</summary>
    private static readonly ParityTolerance Int8 = new(BoxPixels: null, Score: 0.25, DifferingShare: 0.4, MapPoints: 1);

    /// <param name="precision">One of <see cref="ModelPrecision"/>.</param>
    public static ParityTolerance Of(string precision) => precision switch
    {
        ModelPrecision.Fp32 => Fp32,
        ModelPrecision.Fp16 => Fp16,
        _ => Int8,
    };
}
