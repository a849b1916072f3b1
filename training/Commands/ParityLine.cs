using Pipeline.Shared.ModelRepository;

namespace Pipeline.Training.Commands;

/// <summary>One line on how an exported model compares with its detector.</summary>
internal static class ParityLine
{
    public static string Of(ParityTable parity)
    {
        var total = parity.Total;
        var differences = total.LargestBoxPixels is null
            ? ""
            : FormattableString.Invariant(
                $", boxes within {total.LargestBoxPixels:G2} pixels and scores within {total.LargestScore:G2}");
        var measured = parity.DetectorMap is null
            ? ""
            : FormattableString.Invariant($"; mAP {parity.ModelMap:F4}, the detector's is {parity.DetectorMap:F4}");
        return $"{parity.Samples}: {total.ModelDetections} detections, the detector finds {total.DetectorDetections}; "
            + $"{total.Pairs} are of both{differences}{measured}";
    }
}
