using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Golden;
using Pipeline.Training.Augmentation;

namespace Pipeline.Training.Tests.Augmentation;

public sealed class AugmentationGoldenTests
{
    [Theory(SkipTestWithoutData = true), GoldenData("augment", "resized_crop", "color_jitter", "blur", "randaugment")]
    public void Every_pixel_equals_pillows(string name)
    {
        var golden = GoldenCase.Load(name);
        var height = golden.Params.GetProperty("height").GetInt32();
        var width = golden.Params.GetProperty("width").GetInt32();
        foreach (var row in golden.Expected.GetProperty("rows").EnumerateArray())
        {
            var operation = row.GetProperty("op").GetString()!;
            if (operation is "pillow_gaussian_blur" or "cutout")
            {
                continue;   // No part of the authors' chain; the file asks for them only where they are offered.
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

            var size = RandomResizedCrop.Size(
                image[0], image[1], row.GetProperty("scale").GetDouble(), row.GetProperty("ratio").GetDouble());
            Assert.Equal(row.GetProperty("fits").GetBoolean(), size is not null);
            if (size is { } sides)
            {
                Assert.Equal(Numbers("crop_h_w"), new[] { sides.Height, sides.Width });
            }
        }
    }

    [Theory(SkipTestWithoutData = true), GoldenData("augment", "jigsaw")]
    public void Patches_are_cut_where_the_offsets_say(string name)
    {
        var golden = GoldenCase.Load(name);
        var size = golden.Params.GetProperty("width").GetInt32();
        var patch = golden.Params.GetProperty("patch").GetInt32();
        var planes = GoldenFormula.ImageBytes(golden.Params.GetProperty("image").GetString()!, size, size);
        byte[] crop = [.. Enumerable.Range(0, planes.Length).Select(i => planes[i % 3 * size * size + i / 3])];
        var offsets = golden.Input("offset_x_y").Longs;
        var patches = new byte[9 * 3 * patch * patch];

        new JigsawPatches(size, patch).Cut(crop, [.. offsets.Chunk(2).Select(pair => ((int)pair[0], (int)pair[1]))], patches);

        var expected = golden.Expected.GetProperty("patches").EnumerateArray().ToArray();
        var length = 3 * patch * patch;
        for (var i = 0; i < expected.Length; i++)
        {
            var ours = patches.AsSpan(i * length, length).ToArray();
            byte[] chw = [.. Enumerable.Range(0, length).Select(place => ours[3 * (place % (length / 3)) + place / (length / 3)])];
            Assert.Equal(expected[i].GetProperty("sum").GetInt64(), ours.Sum(value => (long)value));
            Assert.Equal(golden.Read(expected[i].GetProperty("first_row_first_channel")).Longs, chw[..patch].Select(value => (long)value));
            Assert.Equal(expected[i].GetProperty("sha256_chw").GetString(), Convert.ToHexStringLower(SHA256.HashData(chw)));
        }
    }

    [Theory(SkipTestWithoutData = true), GoldenData("augment", "chain")]
    public void A_view_with_every_draw_fixed_is_the_authors(string name)
    {
        var golden = GoldenCase.Load(name);
        var image = Bytes(golden.Input("image"));
        foreach (var row in golden.Expected.GetProperty("rows").EnumerateArray())
        {
            var key = row.GetProperty("pixels").GetString()!;
            var expected = golden.Read(golden.Expected.GetProperty(key));
            var size = (int)expected.Shape[0];
            int[] crop = [.. row.GetProperty("crop_top_left_h_w").EnumerateArray().Select(value => value.GetInt32())];
            var sigma = row.GetProperty("blur_sigma").GetDouble();
            var view = new View(
                size,
                new CropBox(crop[0], crop[1], crop[2], crop[3]),
                row.GetProperty("flip").GetBoolean(),
                [
                    .. row
                        .GetProperty("jitter")
                        .EnumerateArray()
                        .Select(step => new ColorJitterStep(JitterOperation(step[0].GetString()!), step[1].GetDouble())),
                ],
                sigma > 0 ? sigma : null,
                [
                    .. row
                        .GetProperty("randaugment")
                        .EnumerateArray()
                        .Select(step => new RandAugmentStep(
                            Operation(step[0].GetString()!), step.GetArrayLength() > 1 ? step[1].GetDouble() : 0)),
                ],
                row.GetProperty("grayscale").GetBoolean());

            var ours = new byte[3 * size * size];
            view.Render(image, golden.Params.GetProperty("width").GetInt32(), ours);
            Equal(row.ToString(), ours, Bytes(expected), row.GetProperty("max_difference").GetInt32(), "chain");

            var normalised = new float[ours.Length];
            Normalization.Apply(Bytes(expected), normalised);
            golden.Equal(normalised, [3, size, size], key + "_normalised");
        }
    }

    private static ColorJitterOperation JitterOperation(string letter) => letter switch
    {
        "b" => ColorJitterOperation.Brightness,
        "c" => ColorJitterOperation.Contrast,
        "s" => ColorJitterOperation.Saturation,
        _ => ColorJitterOperation.Hue,
    };

    private static byte[] Apply(string operation, byte[] pixels, int height, int width, JsonElement arguments)
    {
        double Number(string key) => arguments.GetProperty(key).GetDouble();
        int Whole(string key) => arguments.GetProperty(key).GetInt32();
        switch (operation)
        {
            case "resized_crop":
                var target = new byte[3 * Whole("out_height") * Whole("out_width")];
                ResizedCrop.Resize(
                    pixels, width, new CropBox(Whole("top"), Whole("left"), Whole("height"), Whole("width")), target, Whole("out_height"),
                    Whole("out_width"),
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
                HueShift.Apply(pixels, Number("factor"));
                break;
            case "grayscale_3":
                Grayscale.Apply(pixels);
                break;
            case "blur_23_taps":
                GaussianBlur.Apply(pixels, height, width, Number("sigma"));
                break;
            case "autocontrast" or "equalize" or "invert" or "posterize" or "solarize" or "solarize_add"
                or "color" or "contrast" or "brightness" or "sharpness"
                or "rotate" or "shear_x" or "shear_y" or "translate_x_rel" or "translate_y_rel":
                RandAugment.Apply(Step(operation, arguments), pixels, height, width);
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

    private static RandAugmentStep Step(string operation, JsonElement arguments)
    {
        var value = arguments.EnumerateObject()
            .Where(argument => argument.Name != "threshold" || operation == "solarize")
            .Select(argument => argument.Value)
            .FirstOrDefault(value => value.ValueKind == JsonValueKind.Number);
        return new RandAugmentStep(
            Operation(operation),
            value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0,
            Enum.Parse<Resampling>(arguments.Text("resample", "bilinear"), ignoreCase: true));
    }

    private static RandAugmentOperation Operation(string name) =>
        name == "posterize"
            ? RandAugmentOperation.PosterizeTpu
            : Enum.Parse<RandAugmentOperation>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    private static byte[] Bytes(GoldenValue value) => [.. value.Data.Select(level => (byte)level)];
}
