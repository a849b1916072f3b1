using Pipeline.Shared;

namespace Pipeline.Serving.Faults;

/// <summary>A request that cannot be answered as it was sent.</summary>
/// <param name="fault">What is wrong: what was sent, what is accepted, and what to send.</param>
internal sealed class RefusedRequestException(RequestFault fault) : UserErrorException(fault.Answer)
{
    /// <param name="kind">Which kind of fault it is.</param>
    /// <param name="message">What was sent, what is accepted, and what to send.</param>
    public RefusedRequestException(FaultKind kind, string message) : this(new RequestFault(kind, message))
    {
    }

    /// <summary>What the client is told, and with which status.</summary>
    public RequestFault Fault => fault;
}
