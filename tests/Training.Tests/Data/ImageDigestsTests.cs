using System.Globalization;
using System.Text;
using CsCheck;
using Pipeline.Shared;
using Pipeline.Training.Data;

namespace Pipeline.Training.Tests.Data;

public sealed class ImageDigestsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("digests").FullName;

    /// <summary>The value for no bytes is xxHash's own test vector.</summary>
    [Fact]
    public void The_digest_of_a_file_is_its_XXH128()
    {
        Assert.Equal("99aa06d3014798d86001c324468d497f", Hex(ImageDigesting.OfFile(Write("empty.png", []))));
        Assert.NotEqual(ImageDigesting.OfFile(Write("a.png", [1])), ImageDigesting.OfFile(Write("b.png", [2])));
    }

    [Fact]
    public void A_long_file_is_read_to_its_end()
    {
        var bytes = new byte[700_000];
        var first = ImageDigesting.OfFile(Write("long.png", bytes));
        bytes[^1] = 1;

        Assert.NotEqual(first, ImageDigesting.OfFile(Write("long.png", bytes)));
    }

    [Fact]
    public void Each_file_has_its_digest_and_one_that_cannot_be_read_has_none()
    {
        var images = Enumerable.Range(0, 50).Select(index => Write($"{index}.png", [(byte)index]));
        string[] files = [.. images, Path.Combine(folder, "missing.png")];
        var counts = new List<int>();

        var digests = ImageDigesting.OfFiles(files, new Counts(counts), TestContext.Current.CancellationToken);

        Assert.Equal(files[..50].Select(file => (UInt128?)ImageDigesting.OfFile(file)).Append(null), digests);
        Assert.Equal(Enumerable.Range(1, 51), counts);
    }

    [Fact]
    public void What_is_written_reads_back_the_same() => Gen.ULong.Array[0, 50].Sample(numbers =>
    {
        var digests = new ImageDigests(numbers.Select(number => new UInt128(number, ~number)));
        var path = Path.Combine(folder, $"{Guid.NewGuid():N}.digests");
        digests.Write(path);

        foreach (var read in new[] { ImageDigests.Read(path), ImageDigests.Parse(digests.ToText()) })
        {
            Assert.Equal(digests.Count, read.Count);
            Assert.All(numbers, number => Assert.True(read.Contains(new UInt128(number, ~number))));
            Assert.False(read.Contains(new UInt128(1, 1)));
        }
    });

    [Fact]
    public void Images_of_two_runs_count_once_each()
    {
        var both = new ImageDigests([1, 2, 2]).With(new ImageDigests([2, 3]));

        Assert.Equal(3, both.Count);
        Assert.True(both.Contains(1) && both.Contains(2) && both.Contains(3));
    }

    [Theory]
    [InlineData("99aa06d3014798d86001c324468d497f\n99aa06d3014798d86001c324468d497\n", 2)]
    [InlineData("+9aa06d3014798d86001c324468d497f\n", 1)]
    [InlineData("<html>\n", 1)]
    public void A_damaged_list_is_refused_with_its_line(string text, int line)
    {
        var path = Write("images.digests", Encoding.UTF8.GetBytes(text));

        var refusal = Assert.Throws<UserErrorException>(() => ImageDigests.Read(path)).Message;
        Assert.Contains($"images.digests:{line}: this is not a digest", refusal);
    }

    [Theory]
    [InlineData("AAAA"), InlineData("A+/="), InlineData("?")]
    public void A_text_that_holds_no_whole_digests_is_refused(string text) =>
        Assert.Throws<FormatException>(() => ImageDigests.Parse(text));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string Hex(UInt128 digest) => digest.ToString("x32", CultureInfo.InvariantCulture);

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private sealed class Counts(List<int> received) : IProgress<int>
    {
        public void Report(int value) => received.Add(value);
    }
}
