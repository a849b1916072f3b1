using System.Text;
using System.Text.Json;
using CsCheck;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Datasets.Coco;

/// <summary>Polygons and masks in place of boxes.</summary>
public sealed class CocoExtentTests : IDisposable
{
    private const int MaskHeight = 9, MaskWidth = 7;

    private readonly CocoFolder coco = new CocoFolder().WithImages("a.jpg");

    private static readonly Gen<bool[]> MaskGen = Gen.Frequency(
        (1, Gen.Bool.Array[MaskHeight * MaskWidth]),
        (3, Gen.Int[0, MaskHeight * MaskWidth - 1].Array[1, 3].Select(pixels => Mask(pixels))));

    [Theory]
    [InlineData("[[10, 20, 30.5, 22, 15, 40]]", 10, 20, 30.5, 40)]
    [InlineData("[[10, 20, 30, 22, 15, 40], [5, 5, 6, 6, 5, 6]]", 5, 5, 30, 40)]
    [InlineData("[10, 20, 30, 22, 15, 40]", 10, 20, 30, 40)]
    [InlineData("{\"size\": [9, 7], \"counts\": [11, 3, 6, 3, 40]}", 1, 2, 3, 5)]
    [InlineData("{\"counts\": [11, 20, 32], \"size\": [9, 7]}", 1, 0, 4, 9)]
    public void The_box_around_a_polygon_or_mask_is_used_with_a_warning(string segmentation, float x1, float y1, float x2, float y2)
    {
        var text = coco.Finding(OfSegmentation(segmentation), isError: false);

        Assert.Equal("annotations[0].segmentation: there is no bbox; the box around the polygon or mask is used.", text);
        var dataset = Dataset.Open(coco.File);
        Assert.Equal(new Box(x1, y1, x2, y2), Assert.Single(dataset.Read(dataset.Image("a"), 640, 480).Annotations).Box);
    }

    [Theory]
    [InlineData("[]"), InlineData("[[]]"), InlineData("[[1]]"), InlineData("\"x\""), InlineData("{}"), InlineData("[[1, 2, \"3\", 4]]")]
    [InlineData("{\"size\": [9, 7], \"counts\": [63]}"), InlineData("{\"size\": [9, 7], \"counts\": [11, 100]}")]
    [InlineData("{\"size\": [9, 0], \"counts\": [11, 3]}"), InlineData("{\"size\": [9], \"counts\": [11, 3]}")]
    [InlineData("{\"size\": [9, 7], \"counts\": \"é\"}"), InlineData("{\"size\": [9, 7], \"counts\": \"oooooooooooooooo\"}")]
    [InlineData("{\"size\": [9, 7], \"counts\": [-1, 3]}")]
    [InlineData("{\"size\": [9, 7], \"counts\": [0, 9007199254740992, 9007199254740992]}")]
    public void What_cannot_be_read_is_left_out_with_a_warning(string segmentation)
    {
        Assert.StartsWith(
            "annotations[0].segmentation: there is no bbox, and no polygon or mask that can be read",
            coco.Finding(OfSegmentation(segmentation), isError: false));
    }

    [Fact]
    public void A_polygon_without_area_is_left_out()
    {
        Assert.StartsWith("annotations[0].bbox: the box has no area", coco.Finding(OfSegmentation("[[1, 2, 1, 5]]"), isError: false));
    }

    [Fact]
    public void Only_annotations_without_box_get_one()
    {
        var json = CocoFolder.OneImage(
            """
            [{"image_id": 7, "category_id": 3, "bbox": [1, 2, 3, 4], "segmentation": [[50, 50, 60, 60]]},
             {"image_id": 7, "category_id": 3, "segmentation": [[10, 10, 20, 20]], "bbox": null},
             {"segmentation": [[10, 10, 20, 20]], "image_id": 7, "category_id": 90, "bbox": [5, 6, 7, 8]}]
            """);

        var dataset = coco.Open(json);

        Box[] expected = [new(1, 2, 4, 6), new(10, 10, 20, 20), new(5, 6, 12, 14)];
        Assert.Equal(expected, dataset.Read(dataset.Image("a"), 640, 480).Annotations.Select(annotation => annotation.Box));
    }

    [Fact]
    public void The_box_of_a_mask_is_that_of_its_pixels() => MaskGen.Sample(
        mask =>
        {
            var runs = Runs(mask);
            foreach (var counts in (string[])[JsonSerializer.Serialize(runs), JsonSerializer.Serialize(Text(runs))])
            {
                var dataset = coco.Open(OfSegmentation($$"""{"size": [{{MaskHeight}}, {{MaskWidth}}], "counts": {{counts}}}"""));
                var boxes = dataset.Read(dataset.Image("a"), 640, 480).Annotations.Select(annotation => annotation.Box);
                Assert.Equal(Extent(mask), boxes.Select(box => (Box?)box).SingleOrDefault());
            }
        },
        iter: 200,
        threads: 1);

    public void Dispose() => coco.Dispose();

    private static string OfSegmentation(string segmentation) =>
        CocoFolder.OneImage($$"""[{"segmentation": {{segmentation}}, "image_id": 7, "category_id": 3}]""");

    private static bool[] Mask(int[] pixels)
    {
        var mask = new bool[MaskHeight * MaskWidth];
        foreach (var pixel in pixels)
        {
            mask[pixel] = true;
        }

        return mask;
    }

    private static List<int> Runs(bool[] mask)
    {
        var runs = new List<int> { 0 };
        var isInside = false;
        foreach (var pixel in mask)
        {
            if (pixel != isInside)
            {
                runs.Add(0);
                isInside = pixel;
            }

            runs[^1]++;
        }

        return runs;
    }

    /// <summary>rleToString of pycocotools' maskApi.c.</summary>
    private static string Text(List<int> runs)
    {
        var text = new StringBuilder();
        for (var i = 0; i < runs.Count; i++)
        {
            var rest = runs[i] - (i > 2 ? runs[i - 2] : 0);
            var hasMore = true;
            while (hasMore)
            {
                var digit = rest & 0x1f;
                rest >>= 5;
                hasMore = rest != ((digit & 0x10) != 0 ? -1 : 0);
                text.Append((char)((hasMore ? digit | 0x20 : digit) + 48));
            }
        }

        return text.ToString();
    }

    private static Box? Extent(bool[] mask)
    {
        int[] inside = [.. Enumerable.Range(0, mask.Length).Where(pixel => mask[pixel])];
        return inside.Length == 0 ? null : new Box(
            X1: inside.Min(pixel => pixel / MaskHeight),
            Y1: inside.Min(pixel => pixel % MaskHeight),
            X2: inside.Max(pixel => pixel / MaskHeight) + 1,
            Y2: inside.Max(pixel => pixel % MaskHeight) + 1);
    }
}
