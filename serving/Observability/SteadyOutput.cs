using System.Text;

namespace Pipeline.Serving.Observability;

/// <summary>Standard output that goes on when it cannot be written to, as on a full disk: lines are lost, requests are not.</summary>
/// <param name="inner">Where to write.</param>
internal sealed class SteadyOutput(TextWriter inner) : TextWriter
{
    /// <inheritdoc />
    public override Encoding Encoding => inner.Encoding;

    /// <summary>Puts it in the place of the console's output.</summary>
    public static void Install()
    {
        if (Console.Out is not SteadyOutput)
        {
            Console.SetOut(new SteadyOutput(Console.Out));
        }
    }

    /// <inheritdoc />
    public override void Write(char value) => Try(value, static (writer, text) => writer.Write(text));

    /// <inheritdoc />
    public override void Write(string? value) => Try(value, static (writer, text) => writer.Write(text));

    /// <inheritdoc />
    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    /// <inheritdoc />
    public override void WriteLine(string? value) => Try(value, static (writer, text) => writer.WriteLine(text));

    /// <inheritdoc />
    public override void Flush() => Try(0, static (writer, _) => writer.Flush());

    private void Try<T>(T value, Action<TextWriter, T> write)
    {
        try
        {
            write(inner, value);
        }
        catch (IOException)
        {
            // There is nowhere to say so.
        }
    }
}
