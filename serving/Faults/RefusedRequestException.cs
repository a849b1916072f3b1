using Pipeline.Shared;

namespace Pipeline.Serving.Faults;

/// <summary>A request that cannot be answered as it was sent.</summary>
/// <param name="status">The 4xx status of the answer.</param>
/// <param name="message">What was sent, what is taken, and what to send.</param>
internal sealed class RefusedRequestException(int status, string message) : UserErrorException(message)
{
    /// <summary>The 4xx status of the answer.</summary>
    public int Status => status;
}
