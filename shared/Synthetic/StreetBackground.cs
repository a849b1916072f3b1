using SkiaSharp;

namespace Pipeline.Shared.Synthetic;

/// <summary>Sky, houses, trees, verge and road.</summary>
internal static class StreetBackground
{
    public static void Draw(SKCanvas canvas, StreetSceneOptions options, double horizonPixels, RandomNumbers random)
    {
        var (width, height, horizon) = (options.WidthPixels, options.HeightPixels, (float)horizonPixels);
        Fill(canvas, new SKRect(0, 0, width, horizon), Colour(random, 205, 20, 10, 55, 55, 95), Colour(random, 205, 30, 0, 25, 75, 100));
        Fill(canvas, new SKRect(0, horizon, width, height), Colour(random, 90, 50, 8, 45, 30, 60), Colour(random, 90, 50, 8, 45, 20, 50));
        Houses(canvas, width, horizon, random);
        Road(canvas, width, height, horizon, random);
        Trees(canvas, width, height, horizon, random);
    }

    internal static SKColor Colour(RandomNumbers random, double hue, double hueSpread, double minSaturation, double maxSaturation, double minValue, double maxValue) =>
        SKColor.FromHsv(
            (float)((hue + random.Uniform(-hueSpread, hueSpread) + 360) % 360), (float)random.Uniform(minSaturation, maxSaturation), (float)random.Uniform(minValue, maxValue));

    private static void Fill(SKCanvas canvas, SKRect area, SKColor top, SKColor bottom)
    {
        using var shader = SKShader.CreateLinearGradient(new SKPoint(0, area.Top), new SKPoint(0, area.Bottom), [top, bottom], SKShaderTileMode.Clamp);
        using var paint = new SKPaint { Shader = shader };
        canvas.DrawRect(area, paint);
    }

    private static void Houses(SKCanvas canvas, int width, float horizon, RandomNumbers random)
    {
        using var wall = new SKPaint();
        using var window = new SKPaint();
        for (var x = -20f; x < width;)
        {
            var size = (float)random.Uniform(20, 80);
            var top = horizon * (float)random.Uniform(0.15, 0.9);
            if (random.Chance(0.7))
            {
                wall.Color = Colour(random, 30, 40, 0, 45, 30, 85);
                window.Color = Colour(random, 210, 30, 0, 40, 15, 90);
                canvas.DrawRect(x, top, size, horizon + 2 - top, wall);
                var (columns, rows) = (2 + random.NextInt(4), 1 + random.NextInt(4));
                for (var i = 0; i < columns * rows; i++)
                {
                    canvas.DrawRect(x + (i % columns + 0.25f) * size / columns, top + (i / columns + 0.25f) * (horizon - top) / rows, size / columns / 2, (horizon - top) / rows / 2, window);
                }
            }

            x += size * (float)random.Uniform(0.8, 1.5);
        }
    }

    private static void Road(SKCanvas canvas, int width, int height, float horizon, RandomNumbers random)
    {
        var vanish = (float)random.Uniform(0.3, 0.7) * width;
        var half = (float)random.Uniform(0.5, 1.1) * width;
        using var asphalt = new SKPaint { Color = Colour(random, 220, 60, 0, 12, 25, 55), IsAntialias = true };
        using var line = new SKPaint { Color = Colour(random, 50, 10, 0, 25, 75, 100), IsAntialias = true };
        Wedge(canvas, vanish, horizon, vanish - half, vanish + half, height, 0, 1, asphalt);
        foreach (var place in new[] { -0.9f, 0f, 0.9f })
        {
            var centre = vanish + place * half;
            for (var from = 0.05f; from < 1; from *= 1.9f)
            {
                Wedge(canvas, vanish, horizon, centre - 0.015f * half, centre + 0.015f * half, height, place == 0 ? from : 0.02f, place == 0 ? from * 1.4f : 1, line);
                if (place != 0)
                {
                    break;
                }
            }
        }
    }

    /// <summary>The part between two shares of the way from the vanishing point to the lower edge.</summary>
    private static void Wedge(SKCanvas canvas, float vanish, float horizon, float left, float right, float bottom, float from, float to, SKPaint paint)
    {
        float X(float target, float share) => vanish + (target - vanish) * share;
        float Y(float share) => horizon + (bottom - horizon) * share;
        Polygon(canvas, paint, new(X(left, from), Y(from)), new(X(right, from), Y(from)), new(X(right, to), Y(to)), new(X(left, to), Y(to)));
    }

    internal static void Polygon(SKCanvas canvas, SKPaint paint, params SKPoint[] corners)
    {
        using var builder = new SKPathBuilder();
        builder.AddPoly(corners, close: true);
        using var path = builder.Detach();
        canvas.DrawPath(path, paint);
    }

    private static void Trees(SKCanvas canvas, int width, int height, float horizon, RandomNumbers random)
    {
        using var trunk = new SKPaint { IsAntialias = true };
        using var crown = new SKPaint { IsAntialias = true };
        var count = random.NextInt(7);
        for (var i = 0; i < count; i++)
        {
            var x = random.Chance(0.5) ? (float)random.Uniform(0, 0.25) * width : (float)random.Uniform(0.75, 1) * width;
            var size = (float)random.Uniform(0.1, 0.35) * height;
            var bottom = horizon + size * 0.25f;
            trunk.Color = Colour(random, 25, 10, 30, 60, 15, 40);
            crown.Color = Colour(random, 110, 40, 20, 70, 20, 60);
            canvas.DrawRect(x - size * 0.06f, bottom - size, size * 0.12f, size, trunk);
            for (var leaf = 0; leaf < 5; leaf++)
            {
                canvas.DrawCircle(x + (float)random.Uniform(-0.3, 0.3) * size, bottom - size * (float)random.Uniform(0.8, 1.4), size * (float)random.Uniform(0.15, 0.35), crown);
            }
        }
    }
}
