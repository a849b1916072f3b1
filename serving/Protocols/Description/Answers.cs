using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Protocols.Description;

/// <summary>What an operation of the document answers.</summary>
internal static class Answers
{
    private const string ProblemType = "application/problem+json";

    /// <summary>A problem (RFC 9457) for each kind of fault; kinds of one status are described together.</summary>
    public static void AddProblems(this OpenApiResponses responses, params FaultKind[] kinds)
    {
        foreach (var status in kinds.Select(kind => kind.HttpStatus).Distinct().Order())
        {
            responses[$"{status}"] = new OpenApiResponse
            {
                Description = ReasonPhrases.GetReasonPhrase(status),
                Headers = MayBeSentAgain(status) ? new Dictionary<string, IOpenApiHeader> { ["Retry-After"] = RetryAfter() } : null,
                Content = Content((ProblemType, Problem())),
            };
        }
    }

    /// <summary>An answer with a body.</summary>
    /// <param name="description">What it is.</param>
    /// <param name="forms">Its media types, and what they hold.</param>
    public static OpenApiResponse Of(string description, params (string MediaType, IOpenApiSchema Schema)[] forms) =>
        new() { Description = description, Content = Content(forms) };

    /// <summary>Bodies by their media types.</summary>
    public static Dictionary<string, OpenApiMediaType> Content(params (string MediaType, IOpenApiSchema Schema)[] forms) =>
        forms.ToDictionary(form => form.MediaType, form => new OpenApiMediaType { Schema = form.Schema });

    /// <summary>Bytes.</summary>
    public static OpenApiSchema Binary() => new() { Type = JsonSchemaType.String, Format = "binary" };

    /// <summary>A text.</summary>
    public static OpenApiSchema Text(string? description = null) => new() { Type = JsonSchemaType.String, Description = description };

    private static bool MayBeSentAgain(int status) =>
        status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable;

    private static OpenApiHeader RetryAfter() => new()
    {
        Description = "Seconds after which to send the request again, where that helps.",
        Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1" },
    };

    private static OpenApiSchema Problem() => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "type", "title", "status", "detail" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text("What the status means."),
            ["title"] = Text("The status in words."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "400", Maximum = "599" },
            ["detail"] = Text("What was sent, what is accepted, and what to do."),
        },
    };
}
