using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Pipeline.Serving.Lifecycle;

/// <summary>
/// The connections of clients. When the service ends, one whose request has not arrived in full must not hold it up for as long as a
/// request that is worked on may.
/// </summary>
/// <param name="readiness">Whether the service is ending.</param>
internal sealed class OpenConnections(ServiceReadiness readiness)
{
    private readonly ConcurrentDictionary<OpenConnection, bool> open = new();

    /// <summary>Watches a connection until it ends.</summary>
    public async Task WatchAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var watched = new OpenConnection(connection);
        connection.Items[typeof(OpenConnection)] = watched;
        open[watched] = true;
        try
        {
            await next(connection);
        }
        finally
        {
            open.TryRemove(watched, out _);
        }
    }

    /// <summary>Watches whether a request has arrived in full, until it is answered.</summary>
    public async Task WatchRequestAsync(HttpContext context, RequestDelegate next)
    {
        if (readiness.IsDraining && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            context.Response.Headers.Connection = "close";   // the next request goes to another replica
        }

        var items = context.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items is null || !items.TryGetValue(typeof(OpenConnection), out var found) || found is not OpenConnection connection)
        {
            await next(context);
            return;
        }

        WatchedBody.Watch(context, connection);
        connection.Work();
        try
        {
            await next(context);
        }
        finally
        {
            connection.Wait();
        }
    }

    /// <summary>Ends the connections on which the service waits for the client, now and at the last look.</summary>
    public void AbortWaiting()
    {
        foreach (var connection in open.Keys)
        {
            var isWaiting = !connection.IsWorking;
            if (isWaiting && connection.WasWaiting)
            {
                connection.Abort();
            }

            connection.WasWaiting = isWaiting;
        }
    }
}
