using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Pipeline.Serving.Listening;

/// <summary>Recognizes addresses of many machines at once. The system lets a server listen on them, but no client can connect.</summary>
internal static class GroupAddress
{
    private const byte FirstMulticast = 224;
    private const byte LastMulticast = 239;
    private const byte BroadcastByte = 255;
    private const int LongestPrefixWithBroadcast = 30;

    /// <summary>Whether an address is a multicast group or a network's broadcast address.</summary>
    public static bool Is(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (plain.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return plain.IsIPv6Multicast;
        }

        var first = plain.GetAddressBytes()[0];
        var isMulticast = first is >= FirstMulticast and <= LastMulticast;
        return isMulticast || plain.Equals(IPAddress.Broadcast) || IsBroadcastOfNetwork(plain);
    }

    private static bool IsBroadcastOfNetwork(IPAddress address)
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .SelectMany(network => network.GetIPProperties().UnicastAddresses)
                .Where(own => own.Address.AddressFamily == AddressFamily.InterNetwork && own.PrefixLength <= LongestPrefixWithBroadcast)
                .Any(own => BroadcastOf(own).Equals(address));
        }
        catch (NetworkInformationException)
        {
            return false;   // a sandbox that hides its networks
        }
    }

    /// <summary>The broadcast address of an interface's network: its address with every host bit set.</summary>
    private static IPAddress BroadcastOf(UnicastIPAddressInformation own)
    {
        var bytes = own.Address.GetAddressBytes();
        var mask = own.IPv4Mask.GetAddressBytes();
        for (var index = 0; index < bytes.Length; index++)
        {
            bytes[index] |= (byte)(mask[index] ^ BroadcastByte);
        }

        return new IPAddress(bytes);
    }
}
