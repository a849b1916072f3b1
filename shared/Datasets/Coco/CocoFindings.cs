using Pipeline.Shared.Text;

namespace Pipeline.Shared.Datasets.Coco;

/// <summary>Something about an annotation; its text is made when it is asked for, because a file can have a million.</summary>
/// <param name="Place">Index of the annotation.</param>
/// <param name="Member">Such as <c>bbox</c>.</param>
/// <param name="Message">As in <see cref="Finding"/>.</param>
/// <param name="Summary">As in <see cref="Finding"/>: null for an error.</param>
internal readonly record struct AnnotationFinding(int Place, string Member, string Message, string? Summary = null);

/// <summary>What is wrong or odd in an annotation file: about single annotations of an image, and about the file.</summary>
/// <param name="path">The file.</param>
internal sealed class CocoFindings(string path)
{
    private const int MostOfAKind = 1000;

    private readonly List<Finding> ofFile = [];
    private readonly Dictionary<string, int> errors = new(StringComparer.Ordinal);
    private readonly Dictionary<int, List<AnnotationFinding>> ofImages = [];

    /// <summary>Adds an error about an entry: <c>images[12].file_name</c>. Of a very frequent kind only the first are kept.</summary>
    public void AddError(string list, int place, string member, string message)
    {
        var kind = $"{list}[].{member}";
        var count = errors.GetValueOrDefault(kind) + 1;
        errors[kind] = count;
        if (count <= MostOfAKind)
        {
            ofFile.Add(At(list, place, member, message));
        }
    }

    /// <summary>Adds a warning about an entry.</summary>
    public void AddWarning(string list, int place, string member, string message, string summary) =>
        ofFile.Add(At(list, place, member, message) with { Summary = summary });

    /// <summary>Adds a finding about an annotation of an image.</summary>
    public void Add(int image, AnnotationFinding finding)
    {
        if (!ofImages.TryGetValue(image, out var findings))
        {
            findings = [];
            ofImages.Add(image, findings);
        }

        findings.Add(finding);
    }

    /// <summary>Findings about annotations of an image.</summary>
    public IReadOnlyList<Finding> OfImage(int image) =>
        ofImages.TryGetValue(image, out var findings) ? [.. findings.OrderBy(finding => finding.Place).Select(AsFinding)] : [];

    /// <summary>
    /// Findings about the file, those about annotations whose image is not used, and how many errors were not kept.
    /// </summary>
    /// <param name="unusedImages">Images that are in the file and not in the data set.</param>
    public IReadOnlyList<Finding> OfFile(IEnumerable<int> unusedImages)
    {
        var further = errors.Where(kind => kind.Value > MostOfAKind)
            .Select(kind => new Finding(path, $"{kind.Key}: there are {kind.Value - MostOfAKind} more such errors."));
        return [.. ofFile, .. unusedImages.SelectMany(OfImage), .. further];
    }

    private Finding AsFinding(AnnotationFinding finding) =>
        new($"{path}: annotations[{finding.Place}].{finding.Member}", Excerpt.Line(finding.Message)) { Summary = finding.Summary };

    private Finding At(string list, int place, string member, string message)
    {
        var at = member.Length == 0 ? $"{path}: {list}[{place}]" : $"{path}: {list}[{place}].{member}";
        return new Finding(at, Excerpt.Line(message));
    }
}
