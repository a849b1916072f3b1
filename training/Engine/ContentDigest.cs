using System.IO.Hashing;

namespace Pipeline.Training.Engine;

/// <summary>64 bits of xxHash: they detect changes, not forgeries.</summary>
internal static class ContentDigest
{
    public static string Of(IEnumerable<byte[]> parts)
    {
        var hash = new XxHash64();
        foreach (var part in parts)
        {
            hash.Append(part);
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    public static string OfFile(string path)
    {
        var hash = new XxHash64();
        using var stream = File.OpenRead(path);
        hash.Append(stream);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
