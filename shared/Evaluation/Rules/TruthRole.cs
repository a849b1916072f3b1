namespace Pipeline.Shared.Evaluation.Rules;

/// <summary>What a metric does with an object of the labels.</summary>
public enum TruthRole : byte
{
    /// <summary>It should be found.</summary>
    Count,

    /// <summary>It need not be found: one detection that matches it by IoU counts neither for nor against.</summary>
    Ignore,

    /// <summary>
    /// A region to ignore: any number of detections of which enough of their own area is in it count neither for nor against.
    /// </summary>
    Crowd,

    /// <summary>As if the labels did not have it: a detection of it is false.</summary>
    Drop,
}

/// <summary>What a metric does with the objects of a class that the label map merges into another.</summary>
public enum MergedClasses : byte
{
    /// <summary>They are objects of the class that they are merged into.</summary>
    Map,

    /// <summary>They need not be found: one detection of the class they are merged into counts neither for nor against.</summary>
    Ignore,

    /// <summary>As if the label map were empty: they are of no measured class.</summary>
    Off,
}
