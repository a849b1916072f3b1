using System.Diagnostics;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Pipeline.Serving.Faults;

/// <summary>Requests that the server refuses before they reach the service, because they are no HTTP: one line of the log each.</summary>
internal sealed partial class MalformedRequests(DiagnosticListener diagnostics, ILogger<MalformedRequests> logger)
    : IHostedService, IObserver<KeyValuePair<string, object?>>
{
    private const string BadRequestEvent = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";
    private const int LongestReason = 400;

    private static readonly object Spared = new();

    private IDisposable? subscription;

    /// <summary>
    /// From now on the connection is passed over: a request came through, and what is wrong with it is told where it is answered.
    /// When its body breaks off, the server may also take the rest for a request that is no HTTP.
    /// </summary>
    public static void Spare(IFeatureCollection connection)
    {
        if (connection.Get<IConnectionItemsFeature>() is { } items)
        {
            items.Items[Spared] = Spared;
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        subscription = diagnostics.Subscribe(this, name => name == BadRequestEvent);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        subscription?.Dispose();
        return Task.CompletedTask;
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Value is not IFeatureCollection features || IsSpared(features))
        {
            return;
        }

        if (features.Get<IBadRequestExceptionFeature>()?.Error is { } error)
        {
            Malformed(LogText.OneLine(error.Message, LongestReason));
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    private static bool IsSpared(IFeatureCollection connection) =>
        connection.Get<IConnectionItemsFeature>()?.Items.ContainsKey(Spared) == true;

    [LoggerMessage(1, LogLevel.Information, "a request could not be read: {Reason}")]
    private partial void Malformed(string reason);
}
