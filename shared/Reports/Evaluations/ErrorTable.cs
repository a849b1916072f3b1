using Pipeline.Shared.Evaluation.Analysis;
using Pipeline.Shared.Reports.Pages;

namespace Pipeline.Shared.Reports.Evaluations;

/// <summary>Kinds of errors with what each costs and what it means.</summary>
internal static class ErrorTable
{
    public static PageTable Of(ErrorCosts costs, AnalysisOptions options)
    {
        var greatest = costs.Kinds.Select(kind => kind.ApCost).DefaultIfEmpty(0).Max();
        var scale = greatest > 0 ? greatest : 1;
        return new PageTable(
            "Kinds of errors",
            [new("kind", IsNumber: false), new("errors"), new("AP lost"), new("what it is", IsNumber: false)],
            [.. costs.Kinds.Select(kind => new PageCell[]
            {
                Name(kind.Kind),
                NumberText.Count(kind.Count),
                new(NumberText.Fraction(kind.ApCost)) { Bar = kind.ApCost / scale },
                Meaning(kind.Kind, options),
            })]);
    }

    /// <summary>The kind as words.</summary>
    public static string Name(string kind) => kind switch
    {
        "falsePositives" => "all false positives",
        "falseNegatives" => "all false negatives",
        _ => kind,
    };

    private static string Meaning(string kind, AnalysisOptions options)
    {
        var right = NumberText.Decimals(options.IouThreshold, 2);
        var background = NumberText.Decimals(options.BackgroundIou, 2);
        return kind switch
        {
            "classification" => $"IoU of {right} or more, but the wrong class",
            "localization" => $"the right class, but IoU only {background} to {right}",
            "both" => "none of these: the class is wrong, and the box is off",
            "duplicate" => "the object has been found already, with a higher score",
            "background" => $"IoU with every object of at most {background}, or no object in the image",
            "missed" => "an object that no other kind of error explains",
            "falsePositives" => "every detection that finds no object",
            "falseNegatives" => "every object that is not found",
            _ => "",
        };
    }
}
