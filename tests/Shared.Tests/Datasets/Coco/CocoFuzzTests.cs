using System.Text;
using System.Text.Json;
using CsCheck;
using Pipeline.Shared.Datasets;

namespace Pipeline.Shared.Tests.Datasets.Coco;

/// <summary>Damaged files: errors for the user, never another exception.</summary>
public sealed class CocoFuzzTests : IDisposable
{
    private static readonly byte[] Valid = Encoding.UTF8.GetBytes(CocoFolder.Json(
        """[{"id": 7, "file_name": "a.jpg", "width": 640, "height": 480}, {"id": "x\u00e9", "file_name": "sub\\b.png", "license": null}]""",
        """
        [{"segmentation": [[1, 2, 3, 4.5e1, 5, 6]], "area": 12.5, "iscrowd": 0, "image_id": 7,
          "bbox": [1.5, 2, 10, 2e1], "category_id": 90, "id": 42},
         {"image_id": "x\u00e9", "bbox": null, "category_id": 3, "iscrowd": 1, "ignore": true,
          "segmentation": {"counts": "52203", "size": [9, 7]}},
         {"image_id": 7, "category_id": 3, "segmentation": {"size": [9, 7], "counts": [11, 3, 6, 3, 40]}, "id": -0}]
        """));

    private static readonly string[] Pieces =
    [
        "NaN", "-", "1e999", "\"", "[", "]", "{", "}", ",", ":", "null", "\\ud800", "\\u0000", "99999999999999999999", "\0", "\u00ff", "..",
        "/", "//",
        "\"id\"", "\"images\": []", "true", "-1", "0",
    ];

    private readonly CocoFolder coco = new CocoFolder().WithImages("a.jpg", "sub/b.png");

    [Fact]
    public void Every_beginning_of_a_file_ends_too_early()
    {
        for (var length = 0; length < Valid.Length; length++)
        {
            File.WriteAllBytes(coco.File, Valid[..length]);
            Assert.Contains("the file ends too early", coco.Refusal(() => Dataset.Open(coco.File, "coco")));
        }

        File.WriteAllBytes(coco.File, Valid);
        Assert.Equal(["a", "sub/b"], Dataset.Open(coco.File).ImageIds);
    }

    [Fact]
    public void Changed_bytes_give_only_errors_for_the_user() =>
        Gen.Select(Gen.Int[0, Valid.Length - 1], Gen.Byte).Array[1, 4].Sample(
            changes =>
            {
                byte[] bytes = [.. Valid];
                foreach (var (place, value) in changes)
                {
                    bytes[place] = value;
                }

                Use(bytes);
            },
            iter: 600,
            threads: 1);

    [Fact]
    public void Inserted_and_removed_pieces_give_only_errors_for_the_user() =>
        Gen.Select(Gen.Int[0, Valid.Length - 1], Gen.Int[0, 12], Gen.Int[0, Pieces.Length - 1].Select(index => Pieces[index])).Sample(
            (place, removed, piece) =>
            {
                var end = Math.Min(Valid.Length, place + removed);
                Use([.. Valid[..place], .. Encoding.Latin1.GetBytes(piece), .. Valid[end..]]);
            },
            iter: 1000,
            threads: 1);

    public void Dispose() => coco.Dispose();

    private void Use(byte[] bytes)
    {
        File.WriteAllBytes(coco.File, bytes);
        try
        {
            var dataset = Dataset.OpenWithErrors(coco.File, "coco");
            Assert.All(CocoFolder.FindingsOf(dataset), finding => Assert.StartsWith(coco.Root, finding.At));
        }
        catch (UserErrorException exception)
        {
            Assert.DoesNotContain('\n', exception.Message);
            AssertPlace(bytes, exception);
        }
    }

    /// <summary>
    /// Although polygons are passed over, the place of an error is that of a reader which passes over nothing; but for an error within
    /// a polygon, which does not matter.
    /// </summary>
    private static void AssertPlace(byte[] bytes, UserErrorException exception)
    {
        if (exception.InnerException is not JsonException)
        {
            return;
        }

        var error = Assert.ThrowsAny<JsonException>(() =>
        {
            var reader = new Utf8JsonReader(bytes);
            while (reader.Read())
            {
            }
        });
        var line = Encoding.Latin1.GetString(bytes).Split('\n')[(int)error.LineNumber!];
        var isNumber = "0123456789.,+-eE ".Contains(line.ElementAtOrDefault((int)error.BytePositionInLine!), StringComparison.Ordinal);
        var isThere = exception.Message.Contains(
            $": line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}: ", StringComparison.Ordinal);
        Assert.True(isThere || isNumber, $"{exception.Message} {error.Message}");
    }
}
