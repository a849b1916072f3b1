namespace Pipeline.Shared;

/// <summary>A named stream of random numbers: the same on every machine for the same seed, name and position.</summary>
/// <param name="seed">The run's seed.</param>
/// <param name="name">The purpose of the numbers.</param>
/// <param name="position">Epoch, image or other index that has numbers of its own.</param>
public sealed class RandomNumbers(ulong seed, string name, ulong position = 0)
{
    private ulong state = Mix(Mix(seed) ^ Hash(name) ^ Mix(position + 1));

    /// <summary>0 ≤ value &lt; 1.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>0 ≤ value &lt; limit.</summary>
    public int NextInt(int limit) => (int)(Next() % (ulong)limit);

    /// <summary>from ≤ value &lt; to.</summary>
    public double Uniform(double from, double to) => from + (to - from) * NextDouble();

    /// <summary>True with the probability given.</summary>
    public bool Chance(double probability) => NextDouble() < probability;

    /// <summary>Standard normal (Box and Muller 1958).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>Indices 0..count−1 in random order.</summary>
    public int[] Permutation(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (var i = count - 1; i > 0; i--)
        {
            var j = NextInt(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    private ulong Next()
    {
        state = unchecked(state + 0x9E3779B97F4A7C15);
        return Mix(state);
    }

    /// <summary>FNV-1a over UTF-16 code units.</summary>
    private static ulong Hash(string name)
    {
        var hash = 0xCBF29CE484222325UL;
        foreach (var letter in name)
        {
            hash = unchecked((hash ^ letter) * 0x100000001B3);
        }

        return hash;
    }

    private static ulong Mix(ulong value)
    {
        unchecked
        {
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}
