using Microsoft.AspNetCore.Connections;

namespace Pipeline.Serving.Lifecycle;

/// <summary>A client's connection, and whether the service or the client has the next move.</summary>
/// <param name="connection">The connection.</param>
internal sealed class OpenConnection(ConnectionContext connection)
{
    private int working;

    /// <summary>
    /// Whether the service works on a request that arrived in full, or on what has arrived of one; not while it waits for the client.
    /// </summary>
    public bool IsWorking => Volatile.Read(ref working) > 0;

    /// <summary>Whether it was not working when it was last looked at.</summary>
    public bool WasWaiting { get; set; }

    /// <summary>The service begins to work on a request, or goes on after more of its body arrived.</summary>
    public void Work() => Interlocked.Increment(ref working);

    /// <summary>A request is answered, or the service waits for more of its body.</summary>
    public void Wait() => Interlocked.Decrement(ref working);

    /// <summary>Ends the connection.</summary>
    public void Abort() => connection.Abort(new ConnectionAbortedException("The service ended before the request arrived in full."));
}
