namespace Pipeline.Shared.Commands;

/// <summary>The console's two streams; while a progress bar is drawn on the terminal, lines are written above it.</summary>
public sealed class ConsoleLines
{
    private volatile Action<string>? aboveBar;

    /// <summary>Passes lines for the terminal to <paramref name="write"/> until the result is disposed.</summary>
    /// <param name="write">Writes one line above the bar.</param>
    public IDisposable Above(Action<string> write)
    {
        aboveBar = write;
        return new Bar(this);
    }

    /// <summary>Writes a line to standard output.</summary>
    public void Write(string line)
    {
        var write = aboveBar ?? Console.Out.WriteLine;
        write(line);
    }

    /// <summary>Writes a line to standard error.</summary>
    public void WriteError(string line)
    {
        // A redirected stream does not disturb the bar.
        var above = Console.IsErrorRedirected ? null : aboveBar;
        var write = above ?? Console.Error.WriteLine;
        write(line);
    }

    private sealed class Bar(ConsoleLines lines) : IDisposable
    {
        public void Dispose() => lines.aboveBar = null;
    }
}
