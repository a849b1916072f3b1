using System.Net.Sockets;
using Pipeline.Shared.Files;

namespace Pipeline.Serving.Listening;

/// <summary>
/// Recognizes the file of a Unix socket that a killed service left behind. It is reported, not removed: a device or a pipe refuses
/// connections too, and so does the socket of a service that is just starting.
/// </summary>
internal static class AbandonedSocket
{
    /// <summary>The first socket path on which nothing listens; null when there is none.</summary>
    public static string? Find(IEnumerable<ListenAddress> addresses) =>
        addresses.Select(address => address.SocketPath).OfType<string>().FirstOrDefault(IsAbandoned);

    /// <summary>Tells the user what to do about it.</summary>
    public static string Message(string path) =>
        $"--url: {path}: this path already exists, and nothing listens on it. If it is the socket of a service that was killed, "
        + "remove it; otherwise choose another path.";

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
