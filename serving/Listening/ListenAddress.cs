using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Pipeline.Shared;
using Pipeline.Shared.Files;
using Pipeline.Shared.Numbers;

namespace Pipeline.Serving.Listening;

/// <summary>
/// One address of <c>--url</c>. The server itself takes any host that it does not understand for "all interfaces"; here a host is an
/// IP address, localhost, this machine's own name, or an asterisk, which asks for all interfaces explicitly.
/// </summary>
internal sealed record ListenAddress
{
    private const string Scheme = "http://";
    private const string SecureScheme = "https://";
    private const string SocketPrefix = "unix:";
    private const string Local = "localhost";
    private const int LongestSocketPath = 107;
    private static readonly NumberRange<int> Ports = new(0, 65_535);

    private ListenAddress(string text) => Text = text;

    /// <summary>The address as it was typed.</summary>
    public string Text { get; }

    /// <summary>Path of a Unix socket; null for a network address.</summary>
    public string? SocketPath { get; private init; }

    private IPEndPoint? EndPoint { get; init; }

    private int? LocalPort { get; init; }

    private int? AnyPort { get; init; }

    /// <summary>Whether connections are encrypted.</summary>
    public bool IsSecure { get; private init; }

    /// <summary>Reads the value of an option.</summary>
    /// <param name="value">Addresses separated by ';'.</param>
    /// <param name="option">The option, for messages.</param>
    /// <exception cref="UserErrorException">One of the addresses cannot be listened on; the message says why and what to use.</exception>
    public static IReadOnlyList<ListenAddress> ReadAll(string value, string option = "--url")
    {
        try
        {
            return [.. value.Split(';').Select(Read)];
        }
        catch (UserErrorException refusal)
        {
            throw new UserErrorException($"{option}: {refusal.Message}", refusal);
        }
    }

    /// <summary>Makes the server listen on this address.</summary>
    /// <param name="kestrel">The server.</param>
    /// <param name="configure">Says what it speaks there.</param>
    public void Apply(KestrelServerOptions kestrel, Action<ListenOptions> configure)
    {
        if (EndPoint is not null)
        {
            kestrel.Listen(EndPoint, configure);
        }
        else if (LocalPort is { } localPort)
        {
            kestrel.ListenLocalhost(localPort, configure);
        }
        else if (AnyPort is { } anyPort)
        {
            kestrel.ListenAnyIP(anyPort, configure);
        }
        else
        {
            kestrel.ListenUnixSocket(SocketPath!, configure);
        }
    }

    /// <summary>The same address with the next port, or a free one if the port of this is free; null for a socket.</summary>
    /// <exception cref="UserErrorException">There is no next port.</exception>
    public ListenAddress? WithNextPort()
    {
        if (SocketPath is not null)
        {
            return null;
        }

        return this with
        {
            EndPoint = EndPoint is null ? null : new IPEndPoint(EndPoint.Address, Next(EndPoint.Port)),
            LocalPort = LocalPort is { } localPort ? Next(localPort) : null,
            AnyPort = AnyPort is { } anyPort ? Next(anyPort) : null,
        };
    }

    private static int Next(int port) => port < Ports.Most
        ? port == 0 ? 0 : port + 1
        : throw new UserErrorException(
            $"--url: there is no port after {port} for gRPC; choose one with --grpc-url, or turn gRPC off with --grpc-url none.");

    private static ListenAddress Read(string text)
    {
        var isSecure = text.StartsWith(SecureScheme, StringComparison.OrdinalIgnoreCase);
        if (!isSecure && !text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw Refusal(text, "an address must start with http:// or https://");
        }

        var rest = text[(isSecure ? SecureScheme : Scheme).Length..];
        var address = rest.StartsWith(SocketPrefix, StringComparison.Ordinal)
            ? OfSocket(text, rest[SocketPrefix.Length..])
            : OfHost(text, rest);
        return address with { IsSecure = isSecure };
    }

    private static ListenAddress OfSocket(string text, string path)
    {
        if (!Path.IsPathRooted(path) || Encoding.UTF8.GetByteCount(path) > LongestSocketPath)
        {
            throw Refusal(text, $"a socket path must start with / and have at most {LongestSocketPath} bytes");
        }

        if (!Directory.Exists(Path.GetDirectoryName(path)))
        {
            throw Refusal(text, "the folder of this socket does not exist");
        }

        var kind = FileStatus.Of(path).Kind;
        if (kind is FileKind.File or FileKind.Folder)
        {
            var noun = kind == FileKind.File ? "file" : "folder";
            throw Refusal(text, $"a {noun} that is not a socket already exists at this path");
        }

        return new ListenAddress(text) { SocketPath = path };
    }

    private static ListenAddress OfHost(string text, string rest)
    {
        var authority = rest.EndsWith('/') ? rest[..^1] : rest;
        if (authority.AsSpan().ContainsAny('/', '?', '#'))
        {
            throw Refusal(text, "an address must not have a path; the service's own paths start at /");
        }

        if (authority.Contains('@', StringComparison.Ordinal))
        {
            throw Refusal(text, "an address must not have a user name");
        }

        var colon = authority.LastIndexOf(':');
        if (colon < 0 || authority.EndsWith(']'))
        {
            throw Refusal(text, "the port is missing");
        }

        var portText = authority[(colon + 1)..];
        if (!Ports.TryParse(portText, out var port))
        {
            throw Refusal(text, $"the port '{portText}' is not {Ports}");
        }

        return OfHost(text, authority[..colon], port);
    }

    private static ListenAddress OfHost(string text, string host, int port)
    {
        if (host is "*" or "+")
        {
            return new ListenAddress(text) { AnyPort = port };
        }

        if (host.Equals(Local, StringComparison.OrdinalIgnoreCase))
        {
            if (port == 0)
            {
                throw Refusal(text, "localhost is two addresses, and port 0 chooses a free port for only one of them");
            }

            return new ListenAddress(text) { LocalPort = port };
        }

        var address = ReadAddress(host) ?? OwnAddress(host);
        if (address is null)
        {
            throw Refusal(
                text, $"'{host}' is neither an IP address nor localhost nor this machine's name; other names are not resolved");
        }

        if (GroupAddress.Is(address))
        {
            throw Refusal(text, $"'{host}' is a multicast or broadcast address, which no client can connect to");
        }

        return new ListenAddress(text) { EndPoint = new IPEndPoint(address, port) };
    }

    /// <summary>An address in its usual notation: 127.1 and 0x7f.0.0.1 are more likely typing errors.</summary>
    private static IPAddress? ReadAddress(string host)
    {
        var isBracketed = host.StartsWith('[') && host.EndsWith(']');
        var bare = isBracketed ? host[1..^1] : host;
        if (!IPAddress.TryParse(bare, out var address))
        {
            return null;
        }

        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return isBracketed ? address : null;
        }

        return bare == host && address.ToString() == host ? address : null;
    }

    private static IPAddress? OwnAddress(string host)
    {
        if (!host.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        try
        {
            return Dns.GetHostAddresses(host).FirstOrDefault();
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static UserErrorException Refusal(string text, string reason) =>
        new($"'{text}': {reason}. Use an address such as http://127.0.0.1:8000.");
}
