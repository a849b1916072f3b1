using System.Text.Json;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Json;

namespace Pipeline.Shared.Datasets.Coco;

/// <summary>The members of an annotation that are used.</summary>
internal record struct CocoAnnotationEntry
{
    /// <summary>Index of its image's id; −1: there is none.</summary>
    public int Image { get; private set; }

    /// <summary>Why the image's id cannot be read.</summary>
    public string? ImageProblem { get; private set; }

    /// <summary>Index of its category's id; −1: there is none.</summary>
    public int Category { get; private set; }

    /// <summary>Its own number.</summary>
    public long? Id { get; private set; }

    /// <summary>Whether its id is a text.</summary>
    public bool IdIsText { get; private set; }

    /// <summary>Its box; null when it is missing or wrong.</summary>
    public ExactBox? Box { get; private set; }

    /// <summary>Whether it has a box that is wrong.</summary>
    public bool HasBoxError { get; private set; }

    /// <summary>Its area in square pixels; NaN when it is missing or wrong.</summary>
    public double AreaPixels { get; private set; }

    /// <summary>What is wrong with its area.</summary>
    public string? AreaProblem { get; private set; }

    /// <summary>Whether it has a polygon or mask.</summary>
    public bool HasSegmentation { get; private set; }

    /// <summary>Crowd, or difficult for one to ignore.</summary>
    public AnnotationMarks Marks { get; private set; }

    /// <summary>The first error, other than one of the image's id.</summary>
    public (string Member, string Message)? Error { get; private set; }

    /// <summary>Reads the object at whose start the tokens are.</summary>
    public static CocoAnnotationEntry Read(ref JsonTokens json, CocoIds imageIds, CocoIds categoryIds)
    {
        var entry = new CocoAnnotationEntry { Image = -1, Category = -1, AreaPixels = double.NaN };
        while (json.ReadName())
        {
            if (json.Is("image_id"u8))
            {
                json.Read();
                entry.Image = imageIds.IndexOf(ref json, out var problem);
                entry.ImageProblem = problem;
            }
            else if (json.Is("category_id"u8))
            {
                json.Read();
                entry.ReadCategory(ref json, categoryIds);
            }
            else if (json.Is("bbox"u8))
            {
                json.Read();
                entry.ReadBox(ref json);
            }
            else if (json.Is("area"u8))
            {
                json.Read();
                entry.ReadArea(ref json);
            }
            else if (json.Is("segmentation"u8))
            {
                json.Read();
                entry.HasSegmentation = json.Type != JsonTokenType.Null;
            }
            else if (json.Is("iscrowd"u8))
            {
                json.Read();
                entry.ReadMark(ref json, "iscrowd", AnnotationMarks.Crowd);
            }
            else if (json.Is("ignore"u8))
            {
                json.Read();
                entry.ReadMark(ref json, "ignore", AnnotationMarks.Difficult);
            }
            else if (json.Is("id"u8))
            {
                json.Read();
                entry.ReadId(ref json);
            }
            else
            {
                json.Read();
            }

            json.Skip();
        }

        if (entry.Category < 0)
        {
            entry.Error ??= ("category_id", "there is none; name the category of every annotation.");
        }

        return entry;
    }

    private void ReadCategory(ref JsonTokens json, CocoIds categoryIds)
    {
        Category = json.TryWhole(out _) ? categoryIds.IndexOf(ref json, out _) : -1;
        if (Category < 0)
        {
            Error ??= ("category_id", $"{json.Shown()} is not the id of a category; a whole number is expected.");
        }
    }

    private void ReadBox(ref JsonTokens json)
    {
        Box = CocoBox.Read(ref json, out var problem);
        HasBoxError = problem is not null;
        if (problem is not null)
        {
            Error ??= ("bbox", problem);
        }
    }

    private void ReadArea(ref JsonTokens json)
    {
        var isNumber = json.TryNumber(out var number);
        var isMissing = json.Type == JsonTokenType.Null;
        AreaPixels = isNumber ? number : double.NaN;
        AreaProblem = isNumber || isMissing ? null : $"{json.Shown()} is not a finite number; the area in square pixels is expected.";
    }

    private void ReadId(ref JsonTokens json)
    {
        IdIsText = json.Type == JsonTokenType.String;
        Id = json.TryWhole(out var number) ? number : null;
        if (Id is null && json.Type is not (JsonTokenType.String or JsonTokenType.Null))
        {
            Error ??= ("id", $"{json.Shown()} is not a whole number below 2^53, which every program reads exactly; renumber it.");
        }
    }

    private void ReadMark(ref JsonTokens json, string member, AnnotationMarks mark)
    {
        var isSet = json.Type == JsonTokenType.True || IsOne(ref json);
        var isClear = json.Type is JsonTokenType.False or JsonTokenType.Null || IsZero(ref json);
        if (isSet)
        {
            Marks |= mark;
        }
        else if (!isClear)
        {
            Error ??= (member, $"{json.Shown()} is neither 0 nor 1.");
        }
    }

    private static bool IsOne(ref JsonTokens json) => (json.TryWhole(out var number) && number == 1) || json.Text(1) == "1";

    private static bool IsZero(ref JsonTokens json) => (json.TryWhole(out var number) && number == 0) || json.Text(1) == "0";
}
