using System.Text.Json;
using Pipeline.Shared.Json;

namespace Pipeline.Shared.Datasets.Coco;

/// <summary>Reads the entries of <c>categories</c>.</summary>
internal sealed class CocoCategoryList(CocoIds ids, CocoFindings findings)
{
    private const string List = "categories";
    private const int MaxNameBytes = 1 << 12;

    private readonly Dictionary<int, int> classOfId = [];
    private readonly Dictionary<string, int> placeOfName = new(StringComparer.Ordinal);
    private readonly List<DatasetClass> classes = [];

    /// <summary>Those without error, in the order of the file.</summary>
    public IReadOnlyList<DatasetClass> Classes => classes;

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    /// <summary>The class of a category; −1 when no entry has this id.</summary>
    public int ClassOf(int id) => classOfId.GetValueOrDefault(id, -1);

    /// <summary>Reads the entry whose first token is the current one.</summary>
    public void Read(ref JsonTokens json)
    {
        var place = Count;
        Count++;
        if (json.Type != JsonTokenType.StartObject)
        {
            findings.AddError(List, place, "", $"{json.Shown()} is not a category; an object with id and name is expected.");
            json.Skip();
            return;
        }

        var id = -1;
        long number = 0;
        var idShown = "there is none";
        string? name = null;
        var nameShown = "there is none";
        while (json.ReadName())
        {
            if (json.Is("id"u8))
            {
                json.Read();
                idShown = json.Shown();
                id = json.TryWhole(out number) ? ids.IndexOf(ref json, out _) : -1;
            }
            else if (json.Is("name"u8))
            {
                json.Read();
                name = json.Text(MaxNameBytes);
                nameShown = json.Shown();
            }
            else
            {
                json.Read();
            }

            json.Skip();
        }

        Add(place, id, number, idShown, name, nameShown);
    }

    private void Add(int place, int id, long number, string idShown, string? name, string nameShown)
    {
        if (id < 0)
        {
            findings.AddError(List, place, "id", $"{idShown}: a whole number below 2^53 is expected.");
        }
        else if (string.IsNullOrWhiteSpace(name))
        {
            var message = $"{nameShown}: the name of a class is expected, a text of at most {MaxNameBytes} bytes.";
            findings.AddError(List, place, "name", message);
        }
        else if (!classOfId.TryAdd(id, classes.Count))
        {
            findings.AddError(List, place, "id", $"{number}: another category already has this id; give each its own.");
        }
        else if (!placeOfName.TryAdd(name, place))
        {
            var message = $"categories[{placeOfName[name]}] is already called '{name}'; make them one, or rename one.";
            findings.AddError(List, place, "name", message);
            classOfId[id] = classes.FindIndex(entry => entry.Name == name);
        }
        else
        {
            classes.Add(new DatasetClass(name, number));
        }
    }
}
