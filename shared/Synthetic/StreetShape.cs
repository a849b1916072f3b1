using SkiaSharp;

namespace Pipeline.Shared.Synthetic;

/// <summary>Something on the street: its size, its look and, for an object, its class.</summary>
/// <param name="ClassName">Null for clutter.</param>
/// <param name="SizeMeters">Width and height of its picture.</param>
/// <param name="Draw">Fills the rectangle given, edge to edge.</param>
internal sealed record StreetShape(
    string? ClassName,
    (double Width, double Height) SizeMeters,
    Action<SKCanvas, SKRect, RandomNumbers> Draw)
{
    public static StreetShape OfClass(string name, RandomNumbers random)
    {
        var scale = random.Uniform(0.88, 1.12);
        var side = random.Chance(0.5);
        return name switch
        {
            "Car" => new(name, side ? (4.2 * scale, 1.5 * scale) : (1.8 * scale, 1.5 * scale), side ? CarSide : CarRear),
            "Truck" => new(name, side ? (7.0 * scale, 3.1 * scale) : (2.5 * scale, 3.1 * scale), side ? TruckSide : TruckRear),
            "Pedestrian" => new(name, (0.7 * scale, 1.75 * scale), Pedestrian),
            "Cyclist" => new(name, (1.75 * scale, 1.8 * scale), Cyclist),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no drawing of this class."),
        };
    }

    public static StreetShape Clutter(RandomNumbers random) => random.NextInt(4) switch
    {
        0 => new(null, (0.25, 4.5), Pole),
        1 => new(null, (0.9, 2.6), Sign),
        2 => new(null, (random.Uniform(0.7, 2.5), random.Uniform(0.7, 1.3)), Bin),
        _ => new(null, (random.Uniform(1.0, 3.0), random.Uniform(0.7, 1.4)), Bush),
    };

    private static void CarSide(SKCanvas canvas, SKRect area, RandomNumbers random)
    {
        using var pen = new Pen(canvas, area, flip: random.Chance(0.5));
        var body = AnyHue(random, saturation: (0, 90), value: (15, 95));
        pen.Polygon(body, 0.18f, 0.42f, 0.32f, 0, 0.68f, 0, 0.84f, 0.42f);
        pen.Polygon(Glass(random), 0.24f, 0.4f, 0.35f, 0.08f, 0.49f, 0.08f, 0.49f, 0.4f);
        pen.Polygon(Glass(random), 0.52f, 0.4f, 0.52f, 0.08f, 0.66f, 0.08f, 0.77f, 0.4f);
        pen.RoundRectangle(body, 0, 0.38f, 1, 0.86f, 0.12f);
        pen.Wheel(0.2f, 0.8f, 0.2f);
        pen.Wheel(0.8f, 0.8f, 0.2f);
        pen.RoundRectangle(SKColors.Gold, 0.96f, 0.45f, 1, 0.57f, 0);
        pen.RoundRectangle(SKColors.DarkRed, 0, 0.45f, 0.04f, 0.57f, 0);
    }

    private static void CarRear(SKCanvas canvas, SKRect area, RandomNumbers random)
    {
        using var pen = new Pen(canvas, area, flip: false);
        var body = AnyHue(random, saturation: (0, 90), value: (15, 95));
        var lamp = random.Chance(0.5) ? SKColors.Red : SKColors.LightYellow;
        pen.RoundRectangle(SKColors.Black, 0.06f, 0.7f, 0.24f, 1, 0.1f);
        pen.RoundRectangle(SKColors.Black, 0.76f, 0.7f, 0.94f, 1, 0.1f);
        pen.Polygon(body, 0.06f, 0.5f, 0.2f, 0, 0.8f, 0, 0.94f, 0.5f);
        pen.Polygon(Glass(random), 0.16f, 0.42f, 0.25f, 0.08f, 0.75f, 0.08f, 0.84f, 0.42f);
        pen.RoundRectangle(body, 0, 0.42f, 1, 0.86f, 0.15f);
        pen.RoundRectangle(lamp, 0.03f, 0.5f, 0.2f, 0.62f, 0.1f);
        pen.RoundRectangle(lamp, 0.8f, 0.5f, 0.97f, 0.62f, 0.1f);
        pen.RoundRectangle(SKColors.WhiteSmoke, 0.38f, 0.66f, 0.62f, 0.76f, 0);
    }

    private static void TruckSide(SKCanvas canvas, SKRect area, RandomNumbers random)
    {
        using var pen = new Pen(canvas, area, flip: random.Chance(0.5));
        pen.RoundRectangle(AnyHue(random, saturation: (0, 50), value: (45, 100)), 0, 0, 0.73f, 0.82f, 0);
        pen.RoundRectangle(AnyHue(random, saturation: (10, 90), value: (25, 90)), 0.75f, 0.22f, 1, 0.88f, 0.05f);
        pen.Polygon(Glass(random), 0.85f, 0.5f, 0.85f, 0.27f, 0.96f, 0.27f, 0.99f, 0.5f);
        pen.RoundRectangle(SKColors.DimGray, 0, 0.82f, 0.9f, 0.88f, 0);
        foreach (var x in (ReadOnlySpan<float>)[0.12f, 0.25f, 0.85f])
        {
            pen.Wheel(x, 0.86f, 0.14f);
        }
    }

    private static void TruckRear(SKCanvas canvas, SKRect area, RandomNumbers random)
    {
        using var pen = new Pen(canvas, area, flip: false);
        var box = AnyHue(random, saturation: (0, 50), value: (45, 100));
        pen.RoundRectangle(SKColors.Black, 0.05f, 0.75f, 0.25f, 1, 0);
        pen.RoundRectangle(SKColors.Black, 0.75f, 0.75f, 0.95f, 1, 0);
        pen.RoundRectangle(box, 0, 0, 1, 0.82f, 0);
        pen.RoundRectangle(SKColors.DimGray, 0.49f, 0.04f, 0.51f, 0.78f, 0);
        pen.RoundRectangle(SKColors.DimGray, 0.02f, 0.82f, 0.98f, 0.9f, 0);
        pen.RoundRectangle(SKColors.Red, 0.04f, 0.83f, 0.14f, 0.89f, 0);
        pen.RoundRectangle(SKColors.Red, 0.86f, 0.83f, 0.96f, 0.89f, 0);
    }

    private static void Pedestrian(SKCanvas canvas, SKRect area, RandomNumbers random)
    {
        using var pen = new Pen(canvas, area, flip: random.Chance(0.5));
        var trousers = StreetBackground.Color(random, hue: 220, spread: 60, saturation: (0, 70), value: (10, 60));
        var stride = (float)random.Uniform(0.05, 0.4);
        pen.Line(trousers, 0.5f, 0.5f, 0.5f - stride, 0.97f, 0.24f);
        pen.Line(trousers, 0.5f, 0.5f, 0.5f + stride, 0.97f, 0.24f);
        var shirt = AnyHue(random, saturation: (10, 95), value: (30, 95));
        pen.Line(shirt, 0.5f, 0.24f, 0.14f, 0.5f, 0.16f);
        pen.Line(shirt, 0.5f, 0.24f, 0.86f, 0.5f, 0.16f);
        pen.RoundRectangle(shirt, 0.22f, 0.17f, 0.78f, 0.56f, 0.2f);
        pen.Ellipse(Skin(random), 0.5f, 0.085f, 0.19f, 0.085f);
    }

    private static void Cyclist(SKCanvas canvas, SKRect area, RandomNumbers random)
    {
        using var pen = new Pen(canvas, area, flip: random.Chance(0.5));
        var frame = AnyHue(random, saturation: (30, 95), value: (20, 90));
        pen.Ring(SKColors.Black, 0.2f, 0.81f, 0.19f);
        pen.Ring(SKColors.Black, 0.8f, 0.81f, 0.19f);
        pen.Line(frame, 0.2f, 0.81f, 0.45f, 0.5f, 0.04f);
        pen.Line(frame, 0.45f, 0.5f, 0.72f, 0.52f, 0.04f);
        pen.Line(frame, 0.5f, 0.81f, 0.72f, 0.52f, 0.04f);
        pen.Line(frame, 0.8f, 0.81f, 0.72f, 0.45f, 0.04f);
        var shirt = AnyHue(random, saturation: (10, 95), value: (30, 95));
        var trousers = StreetBackground.Color(random, hue: 220, spread: 60, saturation: (0, 70), value: (10, 60));
        pen.Line(trousers, 0.42f, 0.48f, 0.52f, 0.8f, 0.12f);
        pen.Line(shirt, 0.42f, 0.46f, 0.58f, 0.2f, 0.2f);
        pen.Line(shirt, 0.58f, 0.24f, 0.74f, 0.44f, 0.08f);
        pen.Ellipse(Skin(random), 0.62f, 0.085f, 0.08f, 0.085f);
    }

    private static void Pole(SKCanvas canvas, SKRect area, RandomNumbers random)
    {
        using var pen = new Pen(canvas, area, flip: false);
        pen.RoundRectangle(StreetBackground.Color(random, hue: 210, spread: 40, saturation: (0, 20), value: (20, 70)), 0.2f, 0, 0.8f, 1, 0);
    }

    private static void Sign(SKCanvas canvas, SKRect area, RandomNumbers random)
    {
        using var pen = new Pen(canvas, area, flip: false);
        pen.RoundRectangle(SKColors.Gray, 0.45f, 0.2f, 0.55f, 1, 0);
        pen.Ellipse(StreetBackground.Color(random, hue: 0, spread: 180, saturation: (60, 100), value: (50, 100)), 0.5f, 0.18f, 0.5f, 0.18f);
        pen.Ellipse(SKColors.WhiteSmoke, 0.5f, 0.18f, 0.32f, 0.11f);
    }

    private static void Bin(SKCanvas canvas, SKRect area, RandomNumbers random)
    {
        using var pen = new Pen(canvas, area, flip: false);
        pen.RoundRectangle(AnyHue(random, saturation: (0, 80), value: (20, 80)), 0, 0.1f, 1, 1, 0.05f);
        pen.RoundRectangle(SKColors.DimGray, 0, 0, 1, 0.14f, 0);
    }

    private static void Bush(SKCanvas canvas, SKRect area, RandomNumbers random)
    {
        using var pen = new Pen(canvas, area, flip: false);
        for (var i = 0; i < 6; i++)
        {
            var green = StreetBackground.Color(random, hue: 110, spread: 30, saturation: (30, 80), value: (15, 55));
            var x = (float)random.Uniform(0.25, 0.75);
            var y = (float)random.Uniform(0.4, 0.75);
            pen.Ellipse(green, x, y, 0.25f, 0.3f);
        }
    }

    private static SKColor Glass(RandomNumbers random) =>
        StreetBackground.Color(random, hue: 205, spread: 20, saturation: (5, 40), value: (10, 70));

    private static SKColor Skin(RandomNumbers random) =>
        StreetBackground.Color(random, hue: 24, spread: 8, saturation: (20, 60), value: (30, 95));

    private static SKColor AnyHue(RandomNumbers random, (double Min, double Max) saturation, (double Min, double Max) value) =>
        StreetBackground.Color(random, hue: 180, spread: 180, saturation, value);

    /// <summary>Draws in fractions of a rectangle.</summary>
    private sealed class Pen : IDisposable
    {
        private readonly SKCanvas canvas;
        private readonly SKRect area;
        private readonly SKPaint paint = new() { IsAntialias = true, StrokeCap = SKStrokeCap.Butt };

        public Pen(SKCanvas canvas, SKRect area, bool flip)
        {
            this.canvas = canvas;
            this.area = area;
            canvas.Save();
            if (flip)
            {
                canvas.Scale(-1, 1, area.MidX, 0);
            }
        }

        public void Polygon(SKColor color, params ReadOnlySpan<float> coordinates)
        {
            paint.Color = color;
            var corners = new SKPoint[coordinates.Length / 2];
            for (var i = 0; i < corners.Length; i++)
            {
                corners[i] = Point(coordinates[2 * i], coordinates[2 * i + 1]);
            }

            StreetBackground.Polygon(canvas, paint, corners);
        }

        public void RoundRectangle(SKColor color, float left, float top, float right, float bottom, float radius)
        {
            paint.Color = color;
            var from = Point(left, top);
            var to = Point(right, bottom);
            var corner = radius * Math.Min(area.Width, area.Height);
            canvas.DrawRoundRect(new SKRect(from.X, from.Y, to.X, to.Y), corner, corner, paint);
        }

        public void Line(SKColor color, float fromX, float fromY, float toX, float toY, float width)
        {
            BeginStroke(color, width);
            canvas.DrawLine(Point(fromX, fromY), Point(toX, toY), paint);
            paint.Style = SKPaintStyle.Fill;
        }

        public void Ellipse(SKColor color, float x, float y, float radiusX, float radiusY)
        {
            paint.Color = color;
            var center = Point(x, y);
            canvas.DrawOval(center.X, center.Y, radiusX * area.Width, radiusY * area.Height, paint);
        }

        public void Wheel(float x, float y, float radius)
        {
            var center = Point(x, y);
            var pixels = radius * area.Height;
            paint.Color = SKColors.Black;
            canvas.DrawCircle(center, pixels, paint);
            paint.Color = SKColors.Silver;
            canvas.DrawCircle(center, pixels / 2, paint);
        }

        public void Ring(SKColor color, float x, float y, float radius)
        {
            BeginStroke(color, 0.05f);
            canvas.DrawCircle(Point(x, y), (radius - 0.025f) * area.Width, paint);
            paint.Style = SKPaintStyle.Fill;
        }

        public void Dispose()
        {
            canvas.Restore();
            paint.Dispose();
        }

        private void BeginStroke(SKColor color, float width)
        {
            paint.Color = color;
            paint.Style = SKPaintStyle.Stroke;
            paint.StrokeWidth = width * area.Width;
        }

        private SKPoint Point(float x, float y) => new(area.Left + x * area.Width, area.Top + y * area.Height);
    }
}
