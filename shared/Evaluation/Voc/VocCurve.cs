namespace Pipeline.Shared.Evaluation.Voc;

/// <summary>Precision over recall of one class at one threshold, kept where recall rises.</summary>
/// <param name="Objects">Objects that should be found.</param>
/// <param name="FalsePositives">Detections that found none although they should have.</param>
/// <param name="Envelope">The highest precision from the first, the second … object found on.</param>
internal sealed record VocCurve(int Objects, int FalsePositives, double[] Envelope)
{
    private const int ElevenPoints = 11;

    /// <summary>Objects that were found.</summary>
    public int TruePositives => Envelope.Length;

    /// <summary>Area under the curve (VOC 2010 and later).</summary>
    public double AllPoints
    {
        get
        {
            var area = 0.0;
            for (var hit = 0; hit < Envelope.Length; hit++)
            {
                area += (RecallAt(hit) - RecallAt(hit - 1)) * Envelope[hit];
            }

            return area;
        }
    }

    /// <summary>Mean precision at recall 0, 0.1 … 1 (VOC 2007); i · 0.1 is rounded as doubles are: 3 of 10 do not reach 0.3.</summary>
    public double ElevenPointMean => Enumerable.Range(0, ElevenPoints).Sum(point => PrecisionFrom(point * 0.1)) / ElevenPoints;

    /// <param name="precision">At each object found.</param>
    /// <param name="objects">Objects that should be found.</param>
    /// <param name="falsePositives">False detections.</param>
    public static VocCurve Of(double[] precision, int objects, int falsePositives)
    {
        for (var hit = precision.Length - 1; hit > 0; hit--)
        {
            precision[hit - 1] = Math.Max(precision[hit - 1], precision[hit]);
        }

        return new VocCurve(objects, falsePositives, precision);
    }

    /// <summary>The highest precision at this recall or a higher one.</summary>
    public double PrecisionFrom(double recall)
    {
        var low = 0;
        var high = Envelope.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (RecallAt(middle) >= recall)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low < Envelope.Length ? Envelope[low] : 0;
    }

    private double RecallAt(int hit) => (double)(hit + 1) / Objects;
}
