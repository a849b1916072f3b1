using Pipeline.Serving.Models;
using Pipeline.Serving.Observability;

namespace Pipeline.Serving.Protocols.OpenInference.Rest;

/// <summary>The model that the path of a request names.</summary>
internal static class RouteModel
{
    public const string NameKey = "name";
    public const string VersionKey = "version";

    /// <summary>Its name.</summary>
    /// <exception cref="Faults.RefusedRequestException">It is not a valid name.</exception>
    public static string Name(HttpContext context) => ModelAddress.RequireName(Value(context, NameKey));

    /// <summary>Its version; null when the path names none.</summary>
    /// <exception cref="Faults.RefusedRequestException">It is not a valid version.</exception>
    public static string? Version(HttpContext context) => ModelAddress.RequireVersion(Value(context, VersionKey));

    /// <summary>Leases it.</summary>
    /// <exception cref="Faults.RefusedRequestException">It is not served, or not ready.</exception>
    public static ModelLease Lease(HttpContext context, ServedModels models, RequestObservation? observation = null) =>
        models.Lease(Name(context), Version(context), observation);

    private static string? Value(HttpContext context, string key) => context.Request.RouteValues[key] as string;
}
