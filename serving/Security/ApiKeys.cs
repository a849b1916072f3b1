using System.Security.Cryptography;
using System.Text;
using Pipeline.Serving.Configuration;
using Pipeline.Shared;
using Pipeline.Shared.Files;

namespace Pipeline.Serving.Security;

/// <summary>The API keys that are accepted. Only their hashes are kept.</summary>
internal sealed class ApiKeys
{
    private const int ShortestKey = 16;
    private const int LongestKey = 512;
    private const long LongestFile = 1_000_000;
    private readonly byte[][] hashes;

    private ApiKeys(IEnumerable<string> keys) => hashes = [.. keys.Select(Hash)];

    /// <summary>Whether requests need no key.</summary>
    public bool IsEmpty => hashes.Length == 0;

    /// <summary>Reads the keys.</summary>
    /// <exception cref="UserErrorException">
    /// The file cannot be read or has no key, or a key is too short or cannot be in a header.
    /// </exception>
    public static ApiKeys Read(SecurityOptions options)
    {
        var keys = new List<string>();
        for (var index = 0; index < options.ApiKeys.Count; index++)
        {
            keys.Add(Require(options.ApiKeys[index], $"security.apiKeys: key {index + 1}"));
        }

        if (options.ApiKeysFile is { } path)
        {
            keys.AddRange(ReadFile(path));
        }

        return new ApiKeys(keys);
    }

    /// <summary>Whether a key is one of these. How long that takes does not depend on the keys.</summary>
    public bool Contains(string presented)
    {
        var hash = Hash(presented);
        var isKnown = false;
        foreach (var known in hashes)
        {
            isKnown |= CryptographicOperations.FixedTimeEquals(hash, known);
        }

        return isKnown;
    }

    private static List<string> ReadFile(string path)
    {
        var keys = new List<string>();
        var number = 0;
        foreach (var line in InputFile.ReadText(path, "file of API keys", LongestFile).AsSpan().EnumerateLines())
        {
            number++;
            var key = line.Trim().ToString();
            if (key.Length > 0 && key[0] != '#')
            {
                keys.Add(Require(key, $"{path}:{number}: this key"));
            }
        }

        return keys.Count > 0 ? keys : throw new UserErrorException($"{path}: there is no API key in it; write one a line.");
    }

    /// <summary>The key itself is never shown.</summary>
    private static string Require(string key, string what)
    {
        if (key.Length is < ShortestKey or > LongestKey)
        {
            throw new UserErrorException(
                $"{what} has {key.Length} characters; a key has {ShortestKey} to {LongestKey}, as openssl rand -hex 32 makes them.");
        }

        return key.All(character => character is > ' ' and <= '~')
            ? key
            : throw new UserErrorException($"{what} has a space or a character beyond ASCII, which a header cannot carry.");
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
