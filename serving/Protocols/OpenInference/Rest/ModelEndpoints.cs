using Pipeline.Serving.Configuration;
using Pipeline.Serving.Models;

namespace Pipeline.Serving.Protocols.OpenInference.Rest;

/// <summary>What <c>/v2/models/{name}[/versions/{version}]</c> answers about a model.</summary>
internal static class ModelEndpoints
{
    /// <summary>Names, types and shapes of its tensors.</summary>
    public static async Task DescribeAsync(HttpContext context, ServedModels models)
    {
        using var lease = RouteModel.Lease(context, models);
        await OpenInferenceJson.WriteAsync(context.Response, ModelMetadata.Of(lease, models));
    }

    /// <summary>Whether it answers requests.</summary>
    public static async Task ReadyAsync(HttpContext context, ServedModels models)
    {
        using var lease = RouteModel.Lease(context, models);
        await OpenInferenceJson.WriteAsync(context.Response, new ModelReadiness(lease.Manifest.Name, Ready: true));
    }

    /// <summary>How it is served.</summary>
    public static async Task ConfigureAsync(HttpContext context, ServedModels models, ServiceOptions options)
    {
        using var lease = RouteModel.Lease(context, models);
        await OpenInferenceJson.WriteAsync(context.Response, JsonConfiguration.Of(ModelConfiguration.Of(lease.Manifest, options)));
    }

    /// <summary>What it has done.</summary>
    public static Task CountAsync(HttpContext context, ServedModels models)
    {
        var statistics = models.Statistics(RouteModel.Name(context), RouteModel.Version(context));
        return OpenInferenceJson.WriteAsync(context.Response, JsonStatistics.Of(statistics));
    }

    /// <summary>What all models have done.</summary>
    public static Task CountAllAsync(HttpContext context, ServedModels models) =>
        OpenInferenceJson.WriteAsync(context.Response, JsonStatistics.Of(models.Statistics(name: null, version: null)));

    private sealed record ModelReadiness(string Name, bool Ready);
}
