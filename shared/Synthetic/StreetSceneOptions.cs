using System.ComponentModel.DataAnnotations;

namespace Pipeline.Shared.Synthetic;

/// <summary>Options of the synthetic street scenes.</summary>
public sealed record StreetSceneOptions
{
    /// <summary>The classes that appear, in the order of their labels.</summary>
    public static IReadOnlyList<string> Classes { get; } = ["Car", "Truck", "Pedestrian", "Cyclist"];

    /// <summary>Width of a frame in pixels.</summary>
    [Range(64, 4096)] public int WidthPixels { get; init; } = 384;

    /// <summary>Height of a frame in pixels.</summary>
    [Range(32, 4096)] public int HeightPixels { get; init; } = 128;

    /// <summary>Most objects in a scene; hidden ones are not labelled.</summary>
    [Range(1, 100)] public int MaxObjects { get; init; } = 7;

    /// <summary>The same seed gives the same frames, byte for byte.</summary>
    public int Seed { get; init; }
}
