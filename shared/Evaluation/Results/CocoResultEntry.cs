using System.Text.Json;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Json;

namespace Pipeline.Shared.Evaluation.Results;

/// <summary>One entry of COCO's results; one object reads them all.</summary>
/// <param name="names">Images and classes.</param>
internal sealed class CocoResultEntry(ResultNames names)
{
    private const int LongestName = 1 << 12;
    private const int Sides = 4;

    private readonly double[] sides = new double[Sides];

    private int? image;
    private int? label;
    private double? score;
    private bool hasBox;

    /// <summary>The member that is being read, for messages; empty between them.</summary>
    public string Member { get; private set; } = "";

    /// <summary>Index of the image, or <see cref="ResultNames.NotEvaluated"/>.</summary>
    public int Image => image!.Value;

    /// <summary>Index of the class, or <see cref="ResultNames.NotEvaluated"/>.</summary>
    public int Class => label!.Value;

    /// <summary>The box.</summary>
    public ExactBox Box => ExactBox.FromSides(sides[0], sides[1], sides[2], sides[3]);

    /// <summary>The score.</summary>
    public double Score => score!.Value;

    /// <summary>Reads the entry at whose first token the tokens are.</summary>
    /// <exception cref="UserErrorException">A member is missing or wrong.</exception>
    public void Read(ref JsonTokens json, in ResultPlace place)
    {
        if (json.Type != JsonTokenType.StartObject)
        {
            throw place.Error("", $"{json.Shown()} is no result; an object with image_id, category_id, bbox and score is expected.");
        }

        image = null;
        label = null;
        score = null;
        hasBox = false;
        while (json.ReadName())
        {
            ReadMember(ref json, place);
            Member = "";
        }

        RequireMembers(place);
    }

    private void ReadMember(ref JsonTokens json, in ResultPlace place)
    {
        if (json.Is("image_id"u8))
        {
            Next(ref json, "image_id");
            image = ImageOf(ref json, place);
        }
        else if (json.Is("category_id"u8))
        {
            Next(ref json, "category_id");
            label = ClassOf(ref json, place);
        }
        else if (json.Is("score"u8))
        {
            Next(ref json, "score");
            score = Number(ref json, place, Member);
        }
        else if (json.Is("bbox"u8))
        {
            Next(ref json, "bbox");
            ReadBox(ref json, place);
            hasBox = true;
        }
        else
        {
            json.Read();
            json.Skip();
        }
    }

    private void Next(ref JsonTokens json, string member)
    {
        Member = member;
        json.Read();
    }

    private int ImageOf(ref JsonTokens json, in ResultPlace place)
    {
        if (json.TryWhole(out var number))
        {
            return names.Image(number) ?? throw place.Error(Member, names.UnknownImage(json.Shown()));
        }

        if (json.Text(LongestName) is { } text)
        {
            return names.Image(text) ?? throw place.Error(Member, names.UnknownImage(json.Shown()));
        }

        throw place.Error(Member, json.Type == JsonTokenType.Number
            ? $"{json.Shown()} is not a whole number below 2^53, which every program reads exactly; renumber the images."
            : $"{json.Shown()} is neither a whole number nor a text; give the id of the image.");
    }

    private int ClassOf(ref JsonTokens json, in ResultPlace place)
    {
        if (json.TryWhole(out var number))
        {
            return names.Class(number) ?? throw place.Error(Member, names.UnknownClass(json.Shown()));
        }

        var text = json.Text(LongestName)
            ?? throw place.Error(Member, $"{json.Shown()} is neither a whole number below 2^53 nor a name; give the id of the category.");
        return names.Class(text) ?? throw place.Error(Member, names.UnknownClass(json.Shown()));
    }

    private void ReadBox(ref JsonTokens json, in ResultPlace place)
    {
        if (json.Type != JsonTokenType.StartArray)
        {
            throw place.Error(Member, $"{json.Shown()} is not a box; [x, y, width, height] is expected.");
        }

        var count = 0;
        while (json.ReadElement())
        {
            if (count < Sides)
            {
                sides[count] = Number(ref json, place, count);
            }

            count++;
            json.Skip();
        }

        if (count != Sides)
        {
            throw place.Error(Member, $"{count} numbers; [x, y, width, height] is expected.");
        }

        if (!Box.IsFinite)
        {
            throw place.Error(Member, "these numbers are too large for a box; correct it.");
        }
    }

    private static double Number(ref JsonTokens json, in ResultPlace place, int side) =>
        json.TryNumber(out var number) ? number : throw NotANumber(ref json, place, $"bbox[{side}]");

    private static double Number(ref JsonTokens json, in ResultPlace place, string member) =>
        json.TryNumber(out var number) ? number : throw NotANumber(ref json, place, member);

    private static UserErrorException NotANumber(ref JsonTokens json, in ResultPlace place, string member)
    {
        var hint = json.Type == JsonTokenType.String ? "; numbers stand without quotes" : "";
        return place.Error(member, $"{json.Shown()} is not a finite number{hint}.");
    }

    private void RequireMembers(in ResultPlace place)
    {
        var missing = image is null ? "image_id" : label is null ? "category_id" : score is null ? "score" : hasBox ? null : "bbox";
        if (missing is null)
        {
            return;
        }

        var isAnnotation = missing == "score";
        var hint = isAnnotation ? " An annotation has none: truth and detections may be swapped." : "";
        throw place.Error(missing, $"there is none; a result has image_id, category_id, bbox and score.{hint}");
    }
}
