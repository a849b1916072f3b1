using Pipeline.Serving.Admission;

namespace Pipeline.Serving.Protocols.OpenInference.Grpc;

/// <summary>A call for inference that was let in before its message was read.</summary>
/// <param name="ticket">Its place.</param>
internal sealed class AdmittedCall(AdmissionTicket ticket)
{
    /// <summary>Its place.</summary>
    public AdmissionTicket Ticket => ticket;

    /// <summary>Whether its message could be read.</summary>
    public bool HasMessage { get; private set; }

    /// <summary>Says that its message could be read.</summary>
    public void MessageWasRead() => HasMessage = true;
}
