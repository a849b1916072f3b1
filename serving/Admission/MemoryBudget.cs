namespace Pipeline.Serving.Admission;

/// <summary>The memory that all requests in flight may occupy together.</summary>
/// <param name="bytes">All that may be reserved at a time.</param>
internal sealed class MemoryBudget(long bytes)
{
    private long reserved;

    /// <summary>All that may be reserved at a time.</summary>
    public long Bytes => bytes;

    /// <summary>What is reserved now.</summary>
    public long Reserved => Interlocked.Read(ref reserved);

    /// <summary>Reserves memory.</summary>
    /// <returns>False when there is not enough left; then nothing is reserved.</returns>
    public bool TryReserve(long amount)
    {
        var before = Reserved;
        while (amount <= bytes - before)
        {
            var found = Interlocked.CompareExchange(ref reserved, before + amount, before);
            if (found == before)
            {
                return true;
            }

            before = found;
        }

        return false;
    }

    /// <summary>Returns memory.</summary>
    public void Release(long amount) => Interlocked.Add(ref reserved, -amount);
}
