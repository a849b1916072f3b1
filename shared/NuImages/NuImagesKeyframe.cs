namespace Pipeline.Shared.NuImages;

/// <summary>An annotated camera image of nuImages.</summary>
/// <param name="Filename">Path below the data set's root, such as <c>samples/CAM_FRONT/….jpg</c>.</param>
/// <param name="Camera">Channel of the sensor, such as <c>CAM_FRONT</c>.</param>
/// <param name="Split">The split whose metadata lists the image, such as <c>train</c>.</param>
public sealed record NuImagesKeyframe(string Filename, string Camera, string Split);
