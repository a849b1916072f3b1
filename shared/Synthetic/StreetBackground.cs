using SkiaSharp;

namespace Pipeline.Shared.Synthetic;

/// <summary>Sky, houses, trees, verge and road.</summary>
internal static class StreetBackground
{
    public static void Draw(SKCanvas canvas, StreetSceneOptions options, double horizonPixels, RandomNumbers random)
    {
        var width = options.WidthPixels;
        var height = options.HeightPixels;
        var horizon = (float)horizonPixels;
        var zenith = Color(random, hue: 205, spread: 20, saturation: (10, 55), value: (55, 95));
        var haze = Color(random, hue: 205, spread: 30, saturation: (0, 25), value: (75, 100));
        Fill(canvas, new SKRect(0, 0, width, horizon), zenith, haze);
        var farGrass = Color(random, hue: 90, spread: 50, saturation: (8, 45), value: (30, 60));
        var nearGrass = Color(random, hue: 90, spread: 50, saturation: (8, 45), value: (20, 50));
        Fill(canvas, new SKRect(0, horizon, width, height), farGrass, nearGrass);
        Houses(canvas, width, horizon, random);
        Road(canvas, width, height, horizon, random);
        Trees(canvas, width, height, horizon, random);
    }

    /// <param name="random">Chooses the color.</param>
    /// <param name="hue">Center of the hues, in degrees.</param>
    /// <param name="spread">Largest difference from that hue, in degrees.</param>
    /// <param name="saturation">0..100</param>
    /// <param name="value">Brightness, 0..100.</param>
    internal static SKColor Color(
        RandomNumbers random,
        double hue,
        double spread,
        (double Min, double Max) saturation,
        (double Min, double Max) value)
    {
        var h = (hue + random.Uniform(-spread, spread) + 360) % 360;
        var s = random.Uniform(saturation.Min, saturation.Max);
        var v = random.Uniform(value.Min, value.Max);
        return SKColor.FromHsv((float)h, (float)s, (float)v);
    }

    private static void Fill(SKCanvas canvas, SKRect area, SKColor top, SKColor bottom)
    {
        var from = new SKPoint(0, area.Top);
        var to = new SKPoint(0, area.Bottom);
        using var shader = SKShader.CreateLinearGradient(from, to, [top, bottom], SKShaderTileMode.Clamp);
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
                wall.Color = Color(random, hue: 30, spread: 40, saturation: (0, 45), value: (30, 85));
                window.Color = Color(random, hue: 210, spread: 30, saturation: (0, 40), value: (15, 90));
                canvas.DrawRect(x, top, size, horizon + 2 - top, wall);
                var columns = 2 + random.NextInt(4);
                var rows = 1 + random.NextInt(4);
                var cellWidth = size / columns;
                for (var i = 0; i < columns * rows; i++)
                {
                    canvas.DrawRect(
                        x: x + (i % columns + 0.25f) * size / columns,
                        y: top + (i / columns + 0.25f) * (horizon - top) / rows,
                        w: cellWidth / 2,
                        h: (horizon - top) / rows / 2,
                        window);
                }
            }

            x += size * (float)random.Uniform(0.8, 1.5);
        }
    }

    private static void Road(SKCanvas canvas, int width, int height, float horizon, RandomNumbers random)
    {
        var vanish = (float)random.Uniform(0.3, 0.7) * width;
        var half = (float)random.Uniform(0.5, 1.1) * width;
        using var asphalt = new SKPaint { IsAntialias = true };
        using var line = new SKPaint { IsAntialias = true };
        asphalt.Color = Color(random, hue: 220, spread: 60, saturation: (0, 12), value: (25, 55));
        line.Color = Color(random, hue: 50, spread: 10, saturation: (0, 25), value: (75, 100));
        Wedge(canvas, vanish, horizon, vanish - half, vanish + half, height, 0, 1, asphalt);
        foreach (var offset in new[] { -0.9f, 0f, 0.9f })
        {
            var center = vanish + offset * half;
            var left = center - 0.015f * half;
            var right = center + 0.015f * half;
            if (offset != 0)
            {
                Wedge(canvas, vanish, horizon, left, right, height, 0.02f, 1, line);
                continue;
            }

            // The line in the middle is dashed.
            for (var from = 0.05f; from < 1; from *= 1.9f)
            {
                Wedge(canvas, vanish, horizon, left, right, height, from, from * 1.4f, line);
            }
        }
    }

    /// <summary>A strip of the road between two fractions of the way from the vanishing point to the lower edge.</summary>
    private static void Wedge(
        SKCanvas canvas, float vanish, float horizon, float left, float right, float bottom, float from, float to, SKPaint paint)
    {
        Polygon(canvas, paint, At(left, from), At(right, from), At(right, to), At(left, to));

        SKPoint At(float target, float fraction) =>
            new(vanish + (target - vanish) * fraction, horizon + (bottom - horizon) * fraction);
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
            var isLeft = random.Chance(0.5);
            var x = (float)(isLeft ? random.Uniform(0, 0.25) : random.Uniform(0.75, 1)) * width;
            var size = (float)random.Uniform(0.1, 0.35) * height;
            var bottom = horizon + size * 0.25f;
            trunk.Color = Color(random, hue: 25, spread: 10, saturation: (30, 60), value: (15, 40));
            crown.Color = Color(random, hue: 110, spread: 40, saturation: (20, 70), value: (20, 60));
            canvas.DrawRect(x - size * 0.06f, bottom - size, size * 0.12f, size, trunk);
            for (var leaf = 0; leaf < 5; leaf++)
            {
                var leafX = x + (float)random.Uniform(-0.3, 0.3) * size;
                var leafY = bottom - size * (float)random.Uniform(0.8, 1.4);
                canvas.DrawCircle(leafX, leafY, size * (float)random.Uniform(0.15, 0.35), crown);
            }
        }
    }
}
