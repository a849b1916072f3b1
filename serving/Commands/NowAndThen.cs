namespace Pipeline.Serving.Commands;

/// <summary>Decides when long work says how far it is: after a while for the first time, so that short work says nothing.</summary>
/// <param name="time">The clock.</param>
/// <param name="between">Least time between two lines.</param>
internal sealed class NowAndThen(TimeProvider time, TimeSpan between)
{
    private long last = time.GetTimestamp();

    /// <summary>Whether it is time for a line; the next time counts from then.</summary>
    public bool IsDue()
    {
        if (time.GetElapsedTime(last) < between)
        {
            return false;
        }

        last = time.GetTimestamp();
        return true;
    }
}
