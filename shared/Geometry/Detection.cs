namespace Pipeline.Shared.Geometry;

/// <summary>One detected object.</summary>
/// <param name="Label">Index into the model's labels, from 0 (there is no background entry).</param>
/// <param name="Score">Confidence, 0..1.</param>
/// <param name="Box">Corners in continuous pixels of the original image.</param>
public readonly record struct Detection(int Label, float Score, Box Box);
