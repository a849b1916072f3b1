namespace Pipeline.Shared.Datasets;

/// <summary>What the labels say about one image.</summary>
/// <param name="Annotations">Objects and regions to ignore, in the order of the labels; each box has an area.</param>
/// <param name="Findings">Errors, and warnings about what is left out or odd.</param>
public sealed record ImageLabels(IReadOnlyList<Annotation> Annotations, IReadOnlyList<Finding> Findings)
{
    /// <summary>No object and nothing to say.</summary>
    public static ImageLabels None { get; } = new([], []);
}

/// <summary>The part of a format that reads labels; worker threads may call it.</summary>
public interface ILabelReader
{
    /// <summary>The classes, in the order of the format; where only labels name them, all are read.</summary>
    /// <exception cref="UserErrorException">A file cannot be read.</exception>
    IReadOnlyList<DatasetClass> Classes();

    /// <summary>Reads an image's labels. What is wrong with them, even that they cannot be read, is a finding.</summary>
    /// <param name="image">One of the data set's.</param>
    /// <param name="widthPixels">Width of the decoded image.</param>
    /// <param name="heightPixels">Height of the decoded image.</param>
    ImageLabels Read(DatasetImage image, int widthPixels, int heightPixels);

    /// <summary>
    /// The labels of an image as evaluators need them: exact, and with those that <see cref="Read"/> leaves out. A format that keeps no
    /// more than the neutral model gives that.
    /// </summary>
    /// <param name="image">One of the data set's.</param>
    /// <param name="widthPixels">Width of the decoded image.</param>
    /// <param name="heightPixels">Height of the decoded image.</param>
    /// <exception cref="UserErrorException">The labels cannot be read, or one is wrong: file and line, or JSON path.</exception>
    IReadOnlyList<TruthLabel> Truth(DatasetImage image, int widthPixels, int heightPixels) =>
        [.. Read(image, widthPixels, heightPixels).Annotations.Select(TruthLabel.Of)];

    /// <summary>File and line, or JSON path, of an annotation.</summary>
    string Locate(DatasetImage image, in Annotation annotation);

    /// <summary>What a digest of an image's labels is made of: the same bytes for the same labels.</summary>
    byte[] Content(DatasetImage image);
}
