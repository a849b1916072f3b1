using Pipeline.Shared.Text;

namespace Pipeline.Shared.Datasets.Kitti;

/// <summary>Warnings about lines of label files.</summary>
internal static class KittiFindings
{
    /// <summary>A box without area.</summary>
    public static Finding NoArea(string at, string type) => type == KittiClasses.DontCare
        ? new Finding(at, $"the {KittiClasses.DontCare} region has no area; it is left out.")
        {
            Summary = $"{KittiClasses.DontCare} regions without area are left out",
        }
        : new Finding(at, $"the box of the {type} has no area; it is left out.") { Summary = "boxes without area are left out" };

    /// <summary>What is odd about an object's type and score.</summary>
    public static IEnumerable<Finding> About(KittiObject entry, string at)
    {
        if (entry.Score is not null)
        {
            yield return new Finding(at, "field 16 (score): a label has none.")
            {
                Summary = "lines have a score, like detections; it is not read",
            };
        }

        if (NearName.Of(entry.Type, KittiClasses.Known) is { } known)
        {
            yield return new Finding(
                at,
                $"field 1 (type): '{entry.Type}' differs from KITTI's '{known}' by case or one letter; it is a class of its own.")
            {
                Summary = "types differ from one of KITTI's by case or one letter and are classes of their own",
            };
        }
    }
}
