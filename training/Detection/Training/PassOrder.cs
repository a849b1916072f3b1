using Pipeline.Shared;

namespace Pipeline.Training.Detection.Training;

/// <summary>The random order of the images in each pass, made once for a pass and kept while its steps need it.</summary>
/// <param name="seed">Of the run.</param>
/// <param name="count">Images.</param>
internal sealed class PassOrder(int seed, int count)
{
    private volatile Pass? latest;

    /// <summary>The places 0 to count − 1 in the order of a pass. Worker threads may ask for neighboring passes at once.</summary>
    /// <param name="pass">From 0.</param>
    public int[] Of(long pass)
    {
        var known = latest;
        if (known?.Number == pass)
        {
            return known.Order;
        }

        var order = new RandomNumbers((ulong)seed, "order", (ulong)pass).Permutation(count);
        latest = new Pass(pass, order);
        return order;
    }

    private sealed record Pass(long Number, int[] Order);
}
