using System.Text.Json;
using Pipeline.Shared.Json;

namespace Pipeline.Shared.Datasets.Coco;

/// <summary>Reads the entries of <c>images</c>.</summary>
internal sealed class CocoImageList(CocoIds ids, CocoFindings findings, bool needsFileNames)
{
    private const string List = "images";
    private const int MaxNameBytes = 1 << 14;

    private readonly Dictionary<int, int> places = [];
    private readonly List<CocoImage> images = [];

    /// <summary>Those without error.</summary>
    public IReadOnlyList<CocoImage> Images => images;

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    /// <summary>Whether an entry has this id.</summary>
    public bool Has(int id) => places.ContainsKey(id);

    /// <summary>Every id that an entry has.</summary>
    public IEnumerable<int> Ids => places.Keys;

    /// <summary>Reads the entry whose first token is the current one.</summary>
    public void Read(ref JsonTokens json)
    {
        var place = Count;
        Count++;
        if (json.Type != JsonTokenType.StartObject)
        {
            findings.AddError(List, place, "", $"{json.Shown()} is not an image; an object with id and file_name is expected.");
            json.Skip();
            return;
        }

        var id = -1;
        string? idProblem = "there is none; give every image an id.";
        string? name = null;
        var nameShown = "there is none";
        int? width = null;
        int? height = null;
        while (json.ReadName())
        {
            if (json.Is("id"u8))
            {
                json.Read();
                id = ids.IndexOf(ref json, out idProblem);
            }
            else if (json.Is("file_name"u8))
            {
                json.Read();
                name = json.Text(MaxNameBytes);
                nameShown = json.Shown();
            }
            else if (json.Is("width"u8))
            {
                json.Read();
                width = Pixels(ref json, place, "width");
            }
            else if (json.Is("height"u8))
            {
                json.Read();
                height = Pixels(ref json, place, "height");
            }
            else
            {
                json.Read();
            }

            json.Skip();
        }

        if (id < 0)
        {
            findings.AddError(List, place, "id", idProblem!);
        }
        else if (!places.TryAdd(id, place))
        {
            findings.AddError(List, place, "id", $"images[{places[id]}] already has this id; give each image its own.");
        }
        else if (needsFileNames && (string.IsNullOrWhiteSpace(name) || name.Contains('\0', StringComparison.Ordinal)))
        {
            findings.AddError(List, place, "file_name", $"{nameShown}: the path of an image file is expected.");
        }
        else
        {
            var size = width is null || height is null ? ((int, int)?)null : (width.Value, height.Value);
            images.Add(new CocoImage(id, place, name ?? "", size));
        }
    }

    private int? Pixels(ref JsonTokens json, int place, string member)
    {
        if (json.TryWhole(out var pixels) && pixels is > 0 and <= int.MaxValue)
        {
            return (int)pixels;
        }

        if (json.Type != JsonTokenType.Null)
        {
            findings.AddWarning(
                List, place, member, $"{json.Shown()} is not a number of pixels; it is not read.", "sizes of images are not read");
        }

        return null;
    }
}
