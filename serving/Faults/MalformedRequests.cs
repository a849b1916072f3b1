using System.Diagnostics;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Pipeline.Serving.Faults;

/// <summary>Logs one line for each request that the server rejects before it reaches the service because it is not valid HTTP.</summary>
internal sealed partial class MalformedRequests(
    DiagnosticListener diagnostics, ILogger<MalformedRequests> logger, RefusalLog refusals)
    : IHostedService, IObserver<KeyValuePair<string, object?>>
{
    private const string BadRequestEvent = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";
    private const int LongestReason = 400;

    private static readonly object Ignored = new();

    private IDisposable? subscription;

    /// <summary>
    /// Stops logging for a connection: a request on it reached the service, which logs what is wrong with it. When its body is cut
    /// off, the server may also mistake the rest for a malformed request.
    /// </summary>
    public static void IgnoreConnection(IFeatureCollection connection)
    {
        if (connection.Get<IConnectionItemsFeature>() is { } items)
        {
            items.Items[Ignored] = Ignored;
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
        if (value.Value is not IFeatureCollection features || IsIgnored(features))
        {
            return;
        }

        if (features.Get<IBadRequestExceptionFeature>()?.Error is { } error && refusals.MayLog(FaultKind.Malformed))
        {
            LogMalformed(LogText.OneLine(error.Message, LongestReason));
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    private static bool IsIgnored(IFeatureCollection connection) =>
        connection.Get<IConnectionItemsFeature>()?.Items.ContainsKey(Ignored) == true;

    [LoggerMessage(1, LogLevel.Information, "a request could not be read: {Reason}")]
    private partial void LogMalformed(string reason);
}
