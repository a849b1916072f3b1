using System.Text.Json;
using Pipeline.Golden;
using Pipeline.Training.Augmentation;

namespace Pipeline.Training.Tests.Augmentation;

public sealed class AugmentationGoldenTests
{
    [Theory(SkipTestWithoutData = true), GoldenData("augment", "resized_crop", "color_jitter", "blur")]
    public void Every_pixel_equals_pillows(string name)
    {
        var golden = GoldenCase.Load(name);
        var (height, width) = (golden.Params.GetProperty("height").GetInt32(), golden.Params.GetProperty("width").GetInt32());
        foreach (var row in golden.Expected.GetProperty("rows").EnumerateArray())
        {
            var operation = row.GetProperty("op").GetString()!;
            if (operation == "pillow_gaussian_blur")
            {
                continue;   // Pillow's own blur is no part of the chain; the file asks for it only where it is offered.
            }

            var input = Bytes(golden.Input(row.GetProperty("input").GetString()!));
            var ours = Apply(operation, input, height, width, row.GetProperty("args"));
            var expected = Bytes(golden.Read(golden.Expected.GetProperty(row.GetProperty("pixels").GetString()!)));
            Equal(row.ToString(), ours, expected, row.GetProperty("max_difference").GetInt32(), operation);
        }
    }

    [Theory(SkipTestWithoutData = true), GoldenData("augment", "resized_crop")]
    public void Sizes_of_random_crops_equal_torchvisions(string name)
    {
        foreach (var row in GoldenCase.Load(name).Expected.GetProperty("crop_sizes").EnumerateArray())
        {
            int[] Numbers(string key) => [.. row.GetProperty(key).EnumerateArray().Select(value => value.GetInt32())];
            var image = Numbers("image_h_w");
            if (row.TryGetProperty("fallback_top_left_h_w", out _))
            {
                var fallback = RandomResizedCrop.Fallback(image[0], image[1]);
                Assert.Equal(Numbers("fallback_top_left_h_w"), new[] { fallback.Top, fallback.Left, fallback.Height, fallback.Width });
                continue;
            }

            var size = RandomResizedCrop.Size(image[0], image[1], row.GetProperty("scale").GetDouble(), row.GetProperty("ratio").GetDouble());
            Assert.Equal(row.GetProperty("fits").GetBoolean(), size is not null);
            if (size is { } sides)
            {
                Assert.Equal(Numbers("crop_h_w"), new[] { sides.Height, sides.Width });
            }
        }
    }

    private static byte[] Apply(string operation, byte[] pixels, int height, int width, JsonElement arguments)
    {
        double Number(string key) => arguments.GetProperty(key).GetDouble();
        int Whole(string key) => arguments.GetProperty(key).GetInt32();
        switch (operation)
        {
            case "resized_crop":
                var target = new byte[3 * Whole("out_height") * Whole("out_width")];
                ResizedCrop.Resize(
                    pixels, width, new CropBox(Whole("top"), Whole("left"), Whole("height"), Whole("width")), target, Whole("out_height"), Whole("out_width"),
                    Enum.Parse<Resampling>(arguments.GetProperty("resample").GetString()!, ignoreCase: true));
                return target;
            case "hflip":
                HorizontalFlip.Apply(pixels, width);
                break;
            case "adjust_brightness":
                ColorJitter.AdjustBrightness(pixels, Number("factor"));
                break;
            case "adjust_contrast":
                ColorJitter.AdjustContrast(pixels, Number("factor"));
                break;
            case "adjust_saturation":
                ColorJitter.AdjustSaturation(pixels, Number("factor"));
                break;
            case "adjust_hue":
                ColorJitter.AdjustHue(pixels, Number("factor"));
                break;
            case "grayscale_3":
                Grayscale.Apply(pixels);
                break;
            case "blur_23_taps":
                GaussianBlur.Apply(pixels, height, width, Number("sigma"));
                break;
            case "jitter":
                foreach (var step in arguments.GetProperty("order").GetString()!)
                {
                    var (next, factor) = step switch
                    {
                        'b' => ("adjust_brightness", "brightness"),
                        'c' => ("adjust_contrast", "contrast"),
                        's' => ("adjust_saturation", "saturation"),
                        _ => ("adjust_hue", "hue"),
                    };
                    Apply(next, pixels, height, width, JsonSerializer.SerializeToElement(new { factor = Number(factor) }));
                }

                break;
            default:
                Assert.Fail($"'{operation}' is not an operation that is known.");
                break;
        }

        return pixels;
    }

    private static void Equal(string row, byte[] ours, byte[] expected, int most, string operation)
    {
        Assert.Equal(expected.Length, ours.Length);
        var differences = ours.Zip(expected, (a, b) => Math.Abs(a - b)).ToArray();
        Assert.True(differences.Max() <= most, $"{row}: differs by {differences.Max()}");
        if (most == 1)
        {
            var share = differences.Count(difference => difference > 0) / (double)differences.Length;
            Assert.True(share <= (operation == "resized_crop" ? 0.1 : 0.05), $"{row}: {share:P1} of the values differ");
        }
    }

    private static byte[] Bytes(GoldenValue value) => [.. value.Data.Select(level => (byte)level)];
}
