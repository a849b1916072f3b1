using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Protocols.Detect;

/// <summary>The forms of an answer that a client takes, by its header Accept (RFC 9110, section 12.5.1).</summary>
internal sealed class AcceptedFormats
{
    private readonly IReadOnlyList<AnswerFormat> ranked;

    /// <param name="accept">The header; without it, anything is welcome.</param>
    /// <exception cref="RefusedRequestException">The client takes none of the forms.</exception>
    public AcceptedFormats(StringValues accept)
    {
        if (StringValues.IsNullOrEmpty(accept))
        {
            ranked = AnswerFormat.All;
            return;
        }

        var ranges = MediaTypeHeaderValue.TryParseList(accept, out var parsed) ? parsed : [];
        ranked =
        [
            .. AnswerFormat.All
                .Select(format => (Format: format, Quality: QualityOf(format.MediaType, ranges)))
                .Where(entry => entry.Quality > 0)
                .OrderByDescending(entry => entry.Quality)   // keeps the order of those that are equal
                .Select(entry => entry.Format),
        ];
        if (ranked.Count == 0)
        {
            throw Refusal($"Accept: '{ImageRefusal.Shown(accept.ToString())}' has none of them");
        }
    }

    /// <summary>The form that the client likes best of those in which its request can be answered.</summary>
    /// <param name="images">How many images the request has.</param>
    /// <param name="labels">Names of the model's classes.</param>
    /// <exception cref="RefusedRequestException">There is none.</exception>
    public AnswerFormat Choose(int images, IReadOnlyList<string> labels) =>
        ranked.FirstOrDefault(format => format.Obstacle(images, labels) is null)
        ?? throw Refusal(ranked[0].Obstacle(images, labels)!);

    /// <summary>The quality of the range that describes a type most precisely; 0 when none describes it.</summary>
    private static double QualityOf(string mediaType, IEnumerable<MediaTypeHeaderValue> ranges)
    {
        var type = MediaTypeHeaderValue.Parse(mediaType);
        var best = ranges.Where(range => Describes(range, type)).OrderByDescending(Precision).FirstOrDefault();
        return best is null ? 0 : best.Quality ?? 1;
    }

    private static bool Describes(MediaTypeHeaderValue range, MediaTypeHeaderValue type) => range.MatchesAllTypes
        || (range.Type.Equals(type.Type, StringComparison.OrdinalIgnoreCase)
            && (range.MatchesAllSubTypes || range.SubType.Equals(type.SubType, StringComparison.OrdinalIgnoreCase)));

    private static int Precision(MediaTypeHeaderValue range)
    {
        if (range.MatchesAllTypes)
        {
            return 0;
        }

        return range.MatchesAllSubTypes ? 1 : 2;
    }

    private static RefusedRequestException Refusal(string reason)
    {
        var forms = AnswerFormat.All.Select(format => $"{format.MediaType} ({format.Description})");
        return new RefusedRequestException(FaultKind.NotAcceptable, $"{reason}. The answer can be {string.Join(", ", forms)}.");
    }
}
