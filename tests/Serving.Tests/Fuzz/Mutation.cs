using System.Buffers.Binary;

namespace Pipeline.Serving.Tests.Fuzz;

/// <summary>Changes a valid body in a few places, as a seeded choice says.</summary>
/// <param name="random">The choice.</param>
/// <param name="dictionary">Pieces of text that are likely to reach a rule of the format.</param>
internal sealed class Mutation(Random random, IReadOnlyList<byte[]> dictionary)
{
    private const int MostChanges = 4;
    private const int LongestPiece = 64;
    private static readonly int[] Extremes = [0, 1, -1, 127, 128, 255, 256, 65_535, 65_536, int.MaxValue, int.MinValue, 1_000_000_000];

    /// <summary>A copy of the body with one to four changes.</summary>
    public byte[] Of(byte[] body)
    {
        var changed = body;
        for (var changes = random.Next(1, MostChanges + 1); changes > 0; changes--)
        {
            changed = Change(changed);
        }

        return changed;
    }

    private byte[] Change(byte[] body) => random.Next(8) switch
    {
        0 => FlipBit(body),
        1 => SetByte(body),
        2 => SetNumber(body),
        3 => body[..random.Next(body.Length + 1)],
        4 => Without(body),
        5 => Inserted(body, Noise()),
        6 => Inserted(body, Repeated(body)),
        _ => Inserted(body, dictionary.Count == 0 ? Noise() : dictionary[random.Next(dictionary.Count)]),
    };

    private byte[] FlipBit(byte[] body)
    {
        var copy = body.ToArray();
        if (copy.Length > 0)
        {
            copy[random.Next(copy.Length)] ^= (byte)(1 << random.Next(8));
        }

        return copy;
    }

    private byte[] SetByte(byte[] body)
    {
        var copy = body.ToArray();
        if (copy.Length > 0)
        {
            copy[random.Next(copy.Length)] = (byte)Extremes[random.Next(Extremes.Length)];
        }

        return copy;
    }

    private byte[] SetNumber(byte[] body)
    {
        var copy = body.ToArray();
        if (copy.Length < sizeof(int))
        {
            return copy;
        }

        var place = copy.AsSpan(random.Next(copy.Length - sizeof(int) + 1));
        var value = Extremes[random.Next(Extremes.Length)];
        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteInt32BigEndian(place, value);
        }
        else
        {
            BinaryPrimitives.WriteInt32LittleEndian(place, value);
        }

        return copy;
    }

    private byte[] Without(byte[] body)
    {
        var start = random.Next(body.Length + 1);
        var length = Math.Min(random.Next(LongestPiece), body.Length - start);
        return [.. body.AsSpan(0, start), .. body.AsSpan(start + length)];
    }

    private byte[] Inserted(byte[] body, byte[] piece)
    {
        var start = random.Next(body.Length + 1);
        return [.. body.AsSpan(0, start), .. piece, .. body.AsSpan(start)];
    }

    private byte[] Noise()
    {
        var noise = new byte[random.Next(LongestPiece)];
        random.NextBytes(noise);
        return noise;
    }

    private byte[] Repeated(byte[] body)
    {
        var start = random.Next(body.Length + 1);
        return body.AsSpan(start, Math.Min(random.Next(LongestPiece), body.Length - start)).ToArray();
    }
}
