using System.Text;
using Pipeline.Serving.Observability;

namespace Pipeline.Serving.Tests.Observability;

public sealed class SteadyOutputTests
{
    [Fact]
    public void A_line_that_cannot_be_written_is_lost_and_the_next_one_is_not()
    {
        using var disk = new FullDisk();
        using var output = new SteadyOutput(disk);
        disk.IsFull = true;
        output.WriteLine("lost");
        output.Write("lost");
        output.Write(['l', 'o', 's', 't'], 0, 4);
        output.Flush();
        disk.IsFull = false;

        output.Write("kept");

        Assert.Equal("kept", disk.Text.ToString());
    }

    private sealed class FullDisk : TextWriter
    {
        public bool IsFull { get; set; }

        public StringBuilder Text { get; } = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            if (IsFull)
            {
                throw new IOException("No space left on device");
            }

            Text.Append(value);
        }
    }
}
