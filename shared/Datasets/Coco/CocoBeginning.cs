using System.Text.Json;
using Pipeline.Shared.Json;

namespace Pipeline.Shared.Datasets.Coco;

/// <summary>What a JSON file is, as far as its beginning tells.</summary>
internal enum CocoKind
{
    /// <summary>Something else than COCO's.</summary>
    Other,

    /// <summary>An annotation file of objects, or one whose annotations come later.</summary>
    Objects,

    /// <summary>Captions or panoptic segments: annotations without boxes.</summary>
    OtherTask,

    /// <summary>A list of results.</summary>
    Results,

    /// <summary>Not JSON, or cut off.</summary>
    Broken,
}

/// <summary>Tells what a JSON file is without reading it whole.</summary>
internal static class CocoBeginning
{
    private const int LongestBeginning = 1 << 16;

    private static readonly string[] Lists = ["images", "annotations", "categories"];

    /// <param name="path">An existing file.</param>
    public static CocoKind KindOf(string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            using var file = JsonFile.Open(path);
            var beginning = new byte[LongestBeginning];
            var length = file.ReadAtLeast(beginning, LongestBeginning, throwOnEndOfStream: false);
            var isWhole = length < LongestBeginning;
            var isValid = TryRead(new MemoryStream(beginning, 0, length), path, seen);
            return Kind(seen, isBroken: isWhole && !isValid);
        }
        catch (Exception exception) when (exception is UserErrorException or IOException)
        {
            return CocoKind.Other;
        }
    }

    private static bool TryRead(Stream beginning, string path, HashSet<string> seen)
    {
        var json = new JsonTokens(beginning, path, LongestBeginning);
        try
        {
            ReadMembers(ref json, seen);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
        finally
        {
            json.Dispose();
        }
    }

    private static CocoKind Kind(HashSet<string> seen, bool isBroken)
    {
        if (seen.Contains("[].image_id"))
        {
            return CocoKind.Results;
        }

        var hasRegion = seen.Contains("annotations[].bbox") || seen.Contains("annotations[].segmentation");
        var isOtherTask = seen.Contains("annotations[].caption") || seen.Contains("annotations[].segments_info");
        if (isOtherTask && !hasRegion)
        {
            return CocoKind.OtherTask;
        }

        string[] typical = ["images[].file_name", "images[].id", "annotations[].image_id", "categories[].name"];
        if (typical.Any(seen.Contains) || Lists.Count(seen.Contains) > 1)
        {
            return CocoKind.Objects;
        }

        return isBroken ? CocoKind.Broken : CocoKind.Other;
    }

    /// <summary>Notes the names at the top, and those of the first element of each list.</summary>
    private static void ReadMembers(ref JsonTokens json, HashSet<string> seen)
    {
        json.Read();
        if (json.Type == JsonTokenType.StartArray)
        {
            ReadFirst(ref json, "", seen);
        }

        if (json.Type != JsonTokenType.StartObject)
        {
            return;
        }

        while (json.ReadName())
        {
            var name = ListName(ref json);
            json.Read();
            if (name is not null && json.Type == JsonTokenType.StartArray)
            {
                seen.Add(name);
                ReadFirst(ref json, name, seen);
            }
            else
            {
                json.Skip();
            }
        }

        json.Read();
    }

    private static string? ListName(ref JsonTokens json)
    {
        var name = json.Name();
        return Lists.Contains(name) ? name : null;
    }

    private static void ReadFirst(ref JsonTokens json, string list, HashSet<string> seen)
    {
        var isFirst = true;
        while (json.ReadElement())
        {
            if (isFirst && json.Type == JsonTokenType.StartObject)
            {
                ReadNames(ref json, list, seen);
            }

            isFirst = false;
            json.Skip();
        }
    }

    private static void ReadNames(ref JsonTokens json, string list, HashSet<string> seen)
    {
        while (json.ReadName())
        {
            seen.Add($"{list}[].{json.Name()}");
            json.Read();
            json.Skip();
        }
    }
}
