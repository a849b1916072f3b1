using System.ComponentModel.DataAnnotations;

namespace Pipeline.Shared.Synthetic;

/// <summary>What the synthetic street scenes are like.</summary>
public sealed record StreetSceneOptions
{
    /// <summary>The classes that appear, in the order of their labels.</summary>
    public static IReadOnlyList<string> Classes { get; } = ["Car", "Truck", "Pedestrian", "Cyclist"];

    /// <summary>Width of a frame in pixels.</summary>
    [Range(64, 4096)] public int WidthPixels { get; init; } = 384;

    /// <summary>Height of a frame in pixels.</summary>
    [Range(32, 4096)] public int HeightPixels { get; init; } = 128;

    /// <summary>Objects that are placed at most; hidden ones are not labelled.</summary>
    [Range(1, 100)] public int MaxObjects { get; init; } = 7;

    /// <summary>The same seed gives the same frames, byte by byte.</summary>
    public int Seed { get; init; }
}
