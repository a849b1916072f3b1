using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.OpenApi;
using Pipeline.Serving.Security;

namespace Pipeline.Serving.Protocols.Description;

/// <summary>
/// The OpenAPI 3.1 document of what people call: <c>/v1</c> and the probes. The Open Inference Protocol has documents of its own.
/// </summary>
internal static class ApiDocument
{
    private const string Name = "v1";
    private const string Title = "Pipeline";
    private const string About =
        "Finds objects in images with an exported detector. The service speaks the Open Inference Protocol as well, under /v2 and over "
        + "gRPC.";

    private static readonly string[] Described = ["v1/", "healthz/"];

    /// <summary>Adds what writes the document.</summary>
    public static IServiceCollection AddApiDocument(this IServiceCollection services) => services.AddOpenApi(Name, options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.ShouldInclude = IsDescribed;
        options.AddDocumentTransformer((document, context, _) =>
        {
            document.Info = new OpenApiInfo { Title = Title, Version = Version(), Description = About };
            document.Servers = [];   // it would repeat whatever host the request names
            if (!context.ApplicationServices.GetRequiredService<ApiKeys>().IsEmpty)
            {
                RequireKey(document);
            }

            return Task.CompletedTask;
        });
    });

    /// <summary>Maps <c>GET /openapi/v1.json</c>.</summary>
    public static IEndpointConventionBuilder MapApiDocument(this IEndpointRouteBuilder app) => app.MapOpenApi();

    private static void RequireKey(OpenApiDocument document)
    {
        const string Scheme = "apiKey";
        document.AddComponent<IOpenApiSecurityScheme>(Scheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "An API key of the service; X-API-Key takes it as well.",
        });
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
    }

    private static bool IsDescribed(ApiDescription api) =>
        Described.Any(prefix => api.RelativePath?.StartsWith(prefix, StringComparison.Ordinal) == true);

    private static string Version() =>
        Assembly.GetExecutingAssembly().GetName().Version?.ToString(fieldCount: 3) ?? 0.ToString(CultureInfo.InvariantCulture);
}
