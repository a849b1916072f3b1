namespace Pipeline.Shared.NuImages;

/// <summary>An annotated camera image of nuImages.</summary>
/// <param name="Filename">Relative to the data set's root, as <c>samples/CAM_FRONT/….jpg</c>.</param>
/// <param name="Camera">The sensor's channel, as <c>CAM_FRONT</c>.</param>
/// <param name="Split">The metadata that names it, as <c>train</c>.</param>
public sealed record NuImagesKeyframe(string Filename, string Camera, string Split);
