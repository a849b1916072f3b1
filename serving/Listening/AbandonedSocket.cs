using System.Net.Sockets;
using Pipeline.Shared.Files;

namespace Pipeline.Serving.Listening;

/// <summary>
/// The file of a Unix socket that a killed service left behind. It is told and not removed: a device or a pipe refuses connections
/// too, and so does the socket of a service that is starting at this moment.
/// </summary>
internal static class AbandonedSocket
{
    /// <summary>The first path with a file that nobody listens on; null when there is none.</summary>
    public static string? Find(IEnumerable<ListenAddress> addresses) =>
        addresses.Select(address => address.SocketPath).OfType<string>().FirstOrDefault(IsAbandoned);

    /// <summary>What to tell the user about it.</summary>
    public static string Message(string path) =>
        $"--url: {path}: this already exists, and nobody listens on it. If it is the socket of a service that was killed, remove it; "
        + "else choose another path.";

    private static bool IsAbandoned(string path)
    {
        if (FileStatus.Of(path).Kind != FileKind.Special)
        {
            return false;
        }

        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            client.Connect(new UnixDomainSocketEndPoint(path));
            return false;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }
}
