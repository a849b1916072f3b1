using Pipeline.Shared.Imaging;
using SkiaSharp;

namespace Pipeline.Shared.Synthetic;

/// <summary>Time of day, haze and the camera's noise.</summary>
internal sealed record StreetLight(SKColor Veil, SKColor Shadow, bool ShadowFromLeft, double NoiseLevels)
{
    public static StreetLight Random(RandomNumbers random)
    {
        var dark = random.Chance(0.25);
        var tint = dark
            ? StreetBackground.Color(random, hue: 230, spread: 30, saturation: (10, 60), value: (0, 25))
            : StreetBackground.Color(random, hue: 45, spread: 30, saturation: (10, 60), value: (60, 100));
        var veil = dark ? random.Uniform(60, 140) : random.Uniform(0, 60);
        return new StreetLight(
            Veil: tint.WithAlpha((byte)veil),
            Shadow: SKColors.Black.WithAlpha((byte)random.Uniform(0, 90)),
            ShadowFromLeft: random.Chance(0.5),
            NoiseLevels: random.Uniform(0, 10));
    }

    public void Shade(SKCanvas canvas, StreetSceneOptions options)
    {
        canvas.DrawColor(Veil, SKBlendMode.SrcOver);
        var left = new SKPoint(0, 0);
        var right = new SKPoint(options.WidthPixels, 0);
        using var shader = SKShader.CreateLinearGradient(
            ShadowFromLeft ? left : right,
            ShadowFromLeft ? right : left,
            [Shadow, SKColors.Transparent],
            SKShaderTileMode.Clamp);
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
