namespace Pipeline.Training.Data;

/// <summary>
/// Makes items on worker threads ahead of the one who uses them; their order and content do not depend on the number of workers.
/// </summary>
internal static class Prefetch
{
    /// <param name="count">How many items.</param>
    /// <param name="workers">Items in the making at once, and so the bound on memory.</param>
    /// <param name="make">Makes an item from its index; it is called from several threads.</param>
    /// <typeparam name="T">The user disposes what it receives; what it does not fetch is disposed here.</typeparam>
    public static IEnumerable<T> InOrder<T>(int count, int workers, Func<int, T> make)
        where T : IDisposable
    {
        var ahead = new Queue<Task<T>>();
        try
        {
            for (var next = 0; next < Math.Min(count, workers); next++)
            {
                Start(next);
            }

            for (var current = 0; current < count; current++)
            {
                var item = ahead.Dequeue().GetAwaiter().GetResult();
                if (current + workers < count)
                {
                    Start(current + workers);
                }

                yield return item;
            }
        }
        finally
        {
            foreach (var task in ahead)
            {
                try
                {
                    task.GetAwaiter().GetResult().Dispose();
                }
#pragma warning disable CA1031 // The user has already left, with a failure of its own or because it had enough.
                catch (Exception)
#pragma warning restore CA1031
                {
                }
            }
        }

        void Start(int index) => ahead.Enqueue(Task.Run(() => make(index)));
    }
}
