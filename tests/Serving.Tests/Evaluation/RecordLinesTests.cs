using CsCheck;
using Pipeline.Serving.Evaluation.Records;
using Pipeline.Shared;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Geometry;

namespace Pipeline.Serving.Tests.Evaluation;

public sealed class RecordLinesTests : IDisposable
{
    private static readonly Gen<float> Single = Gen.Float.Where(float.IsFinite);
    private static readonly Gen<double> Double = Gen.Double.Where(double.IsFinite);

    private static readonly Gen<ExactBox> Boxes = Gen.Select(Double, Double, Double, Double, Gen.Bool, (a, b, c, d, isOfCorners) =>
        isOfCorners ? ExactBox.FromCorners(a, b, c, d) : ExactBox.FromSides(a, b, c, d));

    private static readonly string?[] Names = [null, "Car", "a \"b\"\n\u00e9"];

    private readonly string path = Path.GetTempFileName();

    [Fact]
    public void Detections_are_read_back_to_the_last_bit() =>
        Gen.Select(Gen.Int[0, 1000], Single, Single, Single, Single, Single).Array[0, 4].Sample(rows =>
        {
            Detection[] found =
                [.. rows.Select(row => new Detection(row.Item1, row.Item2, new Box(row.Item3, row.Item4, row.Item5, row.Item6)))];
            var record = new BatchRecord(7, [new ImageDetections(3, found)], new BatchTimes(1, [0.1], 2, 3, 4));

            var read = Assert.Single(Read<BatchRecord>(RecordLines.Line(record)));

            Assert.Equal(found, read.Images[0].Detections);
        }, threads: 1);

    [Fact]
    public void Labels_are_read_back_to_the_last_bit() =>
        Gen.Select(Boxes, Gen.Int[0, 2].Select(index => Names[index]), Gen.Bool, Double).Array[0, 4].Sample(rows =>
        {
            TruthLabel[] labels =
            [
                .. rows.Select(row => new TruthLabel(row.Item2, row.Item1)
                {
                    AreaPixels = row.Item3 ? row.Item4 : null,
                    Marks = row.Item3 ? AnnotationMarks.Crowd | AnnotationMarks.Truncated : AnnotationMarks.None,
                    Truncation = row.Item4,
                    Occlusion = 2,
                    Place = 5,
                }),
            ];
            var record = new ImageRecord(0, "a/b", "/x/a/b.png", WidthPixels: 1, HeightPixels: 2, FileBytes: 3, labels) { SourceId = "-4" };

            var read = Assert.Single(Read<ImageRecord>(RecordLines.Line(record)));

            Assert.Equal(labels, read.Truth);
            Assert.Equal(record with { Truth = read.Truth }, read);
        }, threads: 1);

    [Theory]
    [InlineData("1\n2\n3\n", 6, 3), InlineData("1\n2\n3", 4, 2), InlineData("", 0, 0), InlineData("7", 0, 0)]
    public void A_line_without_its_end_is_no_record(string text, int completeBytes, int records)
    {
        File.WriteAllText(path, text);
        var read = new List<int>();

        Assert.Equal(completeBytes, RecordLines.Read<int>(path, number =>
        {
            read.Add(number);
            return null;
        }));
        Assert.Equal(records, read.Count);
    }

    [Fact]
    public void Lines_longer_than_the_first_buffer_are_read()
    {
        var text = new string('x', 300_000);

        Assert.Equal([text, "y"], Read<string>([.. RecordLines.Line(text), .. RecordLines.Line("y")]));
    }

    [Theory]
    [InlineData("1\nx\n", 2), InlineData("1\n\0\0\n", 2), InlineData("\n", 1), InlineData("1 2\n", 1), InlineData("{}\n", 1)]
    public void A_damaged_line_is_named(string text, int line)
    {
        File.WriteAllText(path, text);

        var refused = Assert.ThrowsAny<UserErrorException>(() => RecordLines.Read<int>(path, _ => null));

        Assert.Contains($"{path}:{line}: this line is damaged", refused.Message);
    }

    public void Dispose() => File.Delete(path);

    private List<T> Read<T>(byte[] content)
    {
        File.WriteAllBytes(path, content);
        var read = new List<T>();
        RecordLines.Read<T>(path, record =>
        {
            read.Add(record);
            return null;
        });
        return read;
    }
}
