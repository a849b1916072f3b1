using Pipeline.Shared.Imaging;
using SkiaSharp;

namespace Pipeline.Shared.Synthetic;

/// <summary>Time of day, haze and the camera's noise.</summary>
internal sealed record StreetLight(SKColor Veil, SKColor Shadow, bool ShadowFromLeft, double NoiseLevels)
{
    public static StreetLight Random(RandomNumbers random)
    {
        var dark = random.Chance(0.25);
        var tint = StreetBackground.Colour(random, dark ? 230 : 45, 30, 10, 60, dark ? 0 : 60, dark ? 25 : 100);
        return new StreetLight(
            tint.WithAlpha((byte)(dark ? random.Uniform(60, 140) : random.Uniform(0, 60))), SKColors.Black.WithAlpha((byte)random.Uniform(0, 90)), random.Chance(0.5), random.Uniform(0, 10));
    }

    public void Shade(SKCanvas canvas, StreetSceneOptions options)
    {
        canvas.DrawColor(Veil, SKBlendMode.SrcOver);
        var (from, to) = ShadowFromLeft ? (0f, (float)options.WidthPixels) : (options.WidthPixels, 0f);
        using var shader = SKShader.CreateLinearGradient(new SKPoint(from, 0), new SKPoint(to, 0), [Shadow, SKColors.Transparent], SKShaderTileMode.Clamp);
        using var paint = new SKPaint { Shader = shader };
        canvas.DrawRect(0, 0, options.WidthPixels, options.HeightPixels, paint);
    }

    public void AddNoise(RgbImage image, RandomNumbers random)
    {
        var pixels = image.Pixels;
        for (var i = 0; i < pixels.Length; i++)
        {
            // The sum of three uniform numbers is near enough to a normal one, and cheap.
            var noise = (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2 * NoiseLevels;
            pixels[i] = (byte)Math.Clamp(pixels[i] + noise, 0, 255);
        }
    }
}
