using System.Text.Json;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Json;

namespace Pipeline.Shared.Datasets.Coco;

/// <summary>
/// The boxes around polygons and masks. Only annotations without <c>bbox</c> need them, and most files have none: so that their many
/// numbers cost nothing, they are read in a second pass.
/// </summary>
internal static class CocoExtents
{
    /// <summary>Reads the file again.</summary>
    /// <param name="json">At the beginning of a file that was read before.</param>
    /// <param name="places">Indices of annotations.</param>
    /// <returns>The box of each; one is missing where it has no polygon or mask that can be read.</returns>
    public static Dictionary<int, Box> Read(ref JsonTokens json, IReadOnlySet<int> places)
    {
        var extents = new Dictionary<int, Box>();
        json.Read();
        while (json.ReadName())
        {
            var isAnnotations = json.Is("annotations"u8);
            json.Read();
            if (isAnnotations)
            {
                ReadAnnotations(ref json, places, extents);
            }
            else
            {
                json.Skip();
            }
        }

        return extents;
    }

    private static void ReadAnnotations(ref JsonTokens json, IReadOnlySet<int> places, Dictionary<int, Box> extents)
    {
        for (var place = 0; json.ReadElement(); place++)
        {
            if (places.Contains(place) && ReadAnnotation(ref json) is { } box)
            {
                extents[place] = box;
            }
            else
            {
                json.Skip();
            }
        }
    }

    private static Box? ReadAnnotation(ref JsonTokens json)
    {
        Box? box = null;
        while (json.ReadName())
        {
            var isSegmentation = json.Is("segmentation"u8);
            json.Read();
            if (isSegmentation)
            {
                box = json.Type == JsonTokenType.StartObject ? CocoMask.Extent(ref json) : Polygons(ref json);
            }

            json.Skip();
        }

        return box;
    }

    /// <summary>The extent of <c>[[x, y, x, y, …], …]</c>, or of one polygon without the outer brackets.</summary>
    /// <returns>Null when there is no point, or something that is none.</returns>
    private static Box? Polygons(ref JsonTokens json)
    {
        if (json.Type != JsonTokenType.StartArray)
        {
            return null;
        }

        var extent = new Box(float.PositiveInfinity, float.PositiveInfinity, float.NegativeInfinity, float.NegativeInfinity);
        var isValid = true;
        var isX = true;
        var x = 0f;
        for (var depth = 1; depth > 0;)
        {
            json.Read();
            if (json.Type == JsonTokenType.StartArray)
            {
                depth++;
                isX = true;
            }
            else if (json.Type == JsonTokenType.EndArray)
            {
                depth--;
            }
            else if (json.TryNumber(out var number))
            {
                extent = isX ? extent : With(extent, x, (float)number);
                x = (float)number;
                isX = !isX;
            }
            else
            {
                isValid = false;
                json.Skip();
            }
        }

        var isFinite = float.IsFinite(extent.Width) && float.IsFinite(extent.Height);
        return isValid && isFinite ? extent : null;
    }

    private static Box With(in Box extent, float x, float y) =>
        new(Math.Min(extent.X1, x), Math.Min(extent.Y1, y), Math.Max(extent.X2, x), Math.Max(extent.Y2, y));
}
