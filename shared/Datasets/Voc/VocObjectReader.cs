using System.Globalization;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Datasets.Voc;

/// <summary>
/// Reads <c>object</c> elements. VOC counts pixels from 1 and its corners are the first and the last pixel inside, so in continuous
/// pixels x1 = xmin − 1, y1 = ymin − 1, x2 = xmax, y2 = ymax. Sets whose pixels count from 0 look the same, except where a corner is 0;
/// their boxes begin one pixel too early, and nothing is guessed.
/// </summary>
/// <remarks>
/// VOC's official code computes xmax − xmin + 1 for a width; here it is x2 − x1, the same number. What that code adds is in the box, so
/// that a metric gives its number with continuous pixels, and adds 1 once too often with <c>pixels=inclusive</c>.
/// </remarks>
/// <param name="path">The annotation file.</param>
/// <param name="findings">Receives an error for each object that is refused, and warnings.</param>
internal sealed class VocObjectReader(string path, List<Finding> findings)
{
    private readonly List<TruthLabel> truth = [];
    private readonly List<Annotation> objects = [];

    /// <summary>The objects that were read, also those without area.</summary>
    public IReadOnlyList<TruthLabel> Truth => truth;

    /// <summary>Those with an area.</summary>
    public IReadOnlyList<Annotation> Objects => objects;

    /// <summary>Reads an element; one that is refused is a finding.</summary>
    public void Read(VocElement element)
    {
        var name = Name(element);
        var box = BoxOf(element);
        var difficult = Flag(element, "difficult", AnnotationMarks.Difficult);
        var truncated = Flag(element, "truncated", AnnotationMarks.Truncated);
        var occluded = Flag(element, "occluded", AnnotationMarks.Occluded);
        if (name is null || box is null)
        {
            return;
        }

        var label = new TruthLabel(name, box.Value) { Marks = difficult | truncated | occluded, Place = element.Line };
        truth.Add(label);
        var corners = label.Box.ToBox();
        if (HasArea(element.First("bndbox")!) && corners is { Width: > 0, Height: > 0 })
        {
            objects.Add(new Annotation(name, corners) { Marks = label.Marks, Place = label.Place });
        }
        else
        {
            findings.Add(BoxFinding.NoArea($"{path}:{element.First("bndbox")!.Line}"));
        }
    }

    private string? Name(VocElement element)
    {
        var names = element.All("name").ToArray();
        if (names.Length == 1 && names[0].Text.Length > 0)
        {
            return names[0].Text;
        }

        var defect = names.Length > 1 ? "has more than one <name>; keep one" : "has no <name>; write its class there";
        Refuse(names.Length > 0 ? names[^1] : element, $"the object {defect}.");
        return null;
    }

    private ExactBox? BoxOf(VocElement element)
    {
        var boxes = element.All("bndbox").ToArray();
        if (boxes.Length != 1)
        {
            var defect = boxes.Length > 1 ? "has more than one <bndbox>; keep one" : "has no <bndbox>; only boxes are read";
            Refuse(boxes.Length > 0 ? boxes[^1] : element, $"the object {defect}.");
            return null;
        }

        var left = Number(boxes[0], "xmin");
        var top = Number(boxes[0], "ymin");
        var right = Number(boxes[0], "xmax");
        var bottom = Number(boxes[0], "ymax");
        if (left is null || top is null || right is null || bottom is null)
        {
            return null;
        }

        var isOrdered = IsOrdered(boxes[0], ("xmin", left.Value), ("xmax", right.Value), "left of")
            & IsOrdered(boxes[0], ("ymin", top.Value), ("ymax", bottom.Value), "above");
        if (!isOrdered)
        {
            return null;
        }

        return ExactBox.FromCorners(x1: left.Value - 1, y1: top.Value - 1, x2: right.Value, y2: bottom.Value);
    }

    /// <summary>Training leaves out an object whose last pixel is its first.</summary>
    private bool HasArea(VocElement box)
    {
        var left = Number(box, "xmin");
        var top = Number(box, "ymin");
        return left < Number(box, "xmax") && top < Number(box, "ymax");
    }

    private double? Number(VocElement box, string name)
    {
        var elements = box.All(name).ToArray();
        if (elements.Length != 1)
        {
            Refuse(box, $"the box has {(elements.Length == 0 ? "no" : "more than one")} <{name}>.");
            return null;
        }

        var isNumber = double.TryParse(elements[0].Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
        if (isNumber && float.IsFinite((float)number))
        {
            return number;
        }

        Refuse(elements[0], $"{name}: {Excerpt.Of(elements[0].Text)} is not a finite number.");
        return null;
    }

    private bool IsOrdered(VocElement box, (string Name, double Value) first, (string Name, double Value) second, string direction)
    {
        if (second.Value >= first.Value)
        {
            return true;
        }

        var at = box.First(second.Name)!;
        Refuse(at, $"{second.Name}: {Text(second.Value)} is {direction} {first.Name}: {Text(first.Value)}.");
        return false;
    }

    /// <summary>0 or 1; nothing, and the <c>Unspecified</c> that tools write, are 0.</summary>
    private AnnotationMarks Flag(VocElement element, string name, AnnotationMarks mark)
    {
        var flag = element.First(name);
        switch (flag?.Text.ToLowerInvariant())
        {
            case "1" or "true":
                return mark;
            case null or "" or "0" or "false" or "unspecified":
                return AnnotationMarks.None;
            default:
                findings.Add(new Finding($"{path}:{flag!.Line}", $"{name}: {Excerpt.Of(flag.Text)} is neither 0 nor 1; it is read as 0.")
                {
                    Summary = "marks are neither 0 nor 1 and are read as 0",
                });
                return AnnotationMarks.None;
        }
    }

    private void Refuse(VocElement at, string message) => findings.Add(new Finding($"{path}:{at.Line}", message));

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
