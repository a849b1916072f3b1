using Pipeline.Serving.Models;

namespace Pipeline.Serving.Protocols.OpenInference.Rest;

/// <summary>The index of the repository, and requests to load and unload models.</summary>
internal static class RepositoryEndpoints
{
    /// <summary>Lists the versions of all models; <c>{"ready": true}</c> asks only for those that answer requests.</summary>
    public static async Task IndexAsync(HttpContext context, ServedModels models)
    {
        var body = await RepositoryJson.ReadAsync(context);
        await OpenInferenceJson.WriteAsync(context.Response, RepositoryIndex.Of(models, body.OnlyReady));
    }

    /// <summary>Loads a model, or loads it again; the answer comes when it is ready.</summary>
    public static async Task LoadAsync(HttpContext context, RepositoryControl control)
    {
        var name = RouteModel.Name(context);
        var body = await RepositoryJson.ReadAsync(context);
        RepositoryIndex.RequireNoOverride(body.Parameters.Names);
        await control.LoadAsync(name, context.RequestAborted);
        context.Response.ContentLength = 0;
    }

    /// <summary>Begins to unload a model. No model depends on another, so <c>unload_dependents</c> means nothing here.</summary>
    public static async Task UnloadAsync(HttpContext context, RepositoryControl control)
    {
        var name = RouteModel.Name(context);
        await RepositoryJson.ReadAsync(context);
        control.Unload(name);
        context.Response.ContentLength = 0;
    }
}
