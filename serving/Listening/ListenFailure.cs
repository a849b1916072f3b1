using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Pipeline.Shared;

namespace Pipeline.Serving.Listening;

/// <summary>Explains why the system does not let the server listen on the address of <c>--url</c>.</summary>
internal static class ListenFailure
{
    /// <param name="exception">What the start of the server threw.</param>
    /// <param name="url">The value of <c>--url</c>.</param>
    /// <returns>The error to show the user; null when the exception is about something else.</returns>
    public static UserErrorException? Of(Exception exception, string url)
    {
        foreach (var cause in Causes(exception))
        {
            if (cause is AddressInUseException)
            {
                if (AbandonedSocket.Find(ListenAddress.ReadAll(url)) is { } path)
                {
                    return new UserErrorException(AbandonedSocket.Message(path), exception);
                }

                return new UserErrorException($"{exception.Message} Choose another with --url, or with --grpc-url for gRPC.", exception);
            }

            if (cause is SocketException socket)
            {
                return new UserErrorException($"--url: '{url}': {Reason(socket)}", exception);
            }
        }

        return null;
    }

    private static string Reason(SocketException socket) => socket.SocketErrorCode switch
    {
        SocketError.AccessDenied => "this user may not listen there; choose a port from 1024 up, or a socket in a folder that you own.",
        SocketError.AddressNotAvailable =>
            "no interface of this machine has that address; choose one that it has, 127.0.0.1, or 0.0.0.0 for all interfaces.",
        SocketError.AddressFamilyNotSupported =>
            "this machine does not support that kind of address; use an IPv4 address such as http://127.0.0.1:8000.",
        _ => $"the system refuses to listen there: {socket.Message}. Choose another address.",
    };

    private static IEnumerable<Exception> Causes(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
