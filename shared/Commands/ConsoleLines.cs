namespace Pipeline.Shared.Commands;

/// <summary>The console's two streams; while a bar is drawn on the terminal, lines go above it.</summary>
public sealed class ConsoleLines
{
    private volatile Action<string>? aboveBar;

    /// <summary>Lines that would be seen on the terminal go to <paramref name="write"/> until the result is disposed.</summary>
    /// <param name="write">Writes one line above the bar.</param>
    public IDisposable Above(Action<string> write)
    {
        aboveBar = write;
        return new Bar(this);
    }

    /// <summary>A line on the standard output.</summary>
    public void Write(string line)
    {
        var write = aboveBar ?? Console.Out.WriteLine;
        write(line);
    }

    /// <summary>A line on the standard error.</summary>
    public void WriteError(string line)
    {
        // What goes into a file does not disturb the bar.
        var above = Console.IsErrorRedirected ? null : aboveBar;
        var write = above ?? Console.Error.WriteLine;
        write(line);
    }

    private sealed class Bar(ConsoleLines lines) : IDisposable
    {
        public void Dispose() => lines.aboveBar = null;
    }
}
