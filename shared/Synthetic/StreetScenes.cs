using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Kitti;
using SkiaSharp;

namespace Pipeline.Shared.Synthetic;

/// <summary>A drawn frame and its objects; dispose the image.</summary>
/// <param name="Image">The frame.</param>
/// <param name="Objects">Labels as in KITTI's files.</param>
public sealed record StreetScene(RgbImage Image, IReadOnlyList<KittiObject> Objects);

/// <summary>Street scenes drawn from a seed: a road in perspective, traffic that occludes and is cut off, weather and light, clutter that looks like objects.</summary>
public static class StreetScenes
{
    private const double CameraHeightMetres = 1.65;
    private const double MinVisibleShare = 0.3;
    private const double MinSidePixels = 6;

    /// <summary>Frame <paramref name="index"/> of the seed's endless sequence; frames do not depend on each other.</summary>
    public static StreetScene Draw(StreetSceneOptions options, int index)
    {
        var random = new RandomNumbers((ulong)options.Seed, "street-scene", (ulong)index);
        using var bitmap = new SKBitmap(new SKImageInfo(options.WidthPixels, options.HeightPixels, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        var camera = Camera.Random(options, random);
        StreetBackground.Draw(canvas, options, camera.HorizonPixels, random);

        // Far things first, so that near ones hide them.
        var things = Place(options, camera, random).OrderByDescending(thing => thing.DepthMetres).ToArray();
        foreach (var thing in things)
        {
            thing.Shape.Draw(canvas, thing.Rectangle, random);
        }

        var light = StreetLight.Random(random);
        light.Shade(canvas, options);
        canvas.Flush();
        var image = ImageEncoder.FromBitmap(bitmap);
        light.AddNoise(image, random);
        return new StreetScene(image, [.. Label(options, things, camera)]);
    }

    private static List<Thing> Place(StreetSceneOptions options, Camera camera, RandomNumbers random)
    {
        var things = new List<Thing>();
        var objects = 1 + random.NextInt(options.MaxObjects);
        for (var i = 0; i < objects; i++)
        {
            things.Add(Thing.Random(StreetShape.OfClass(StreetSceneOptions.Classes[random.NextInt(StreetSceneOptions.Classes.Count)], random), options, camera, random));
        }

        var clutter = random.NextInt(5);
        for (var i = 0; i < clutter; i++)
        {
            things.Add(Thing.Random(StreetShape.Clutter(random), options, camera, random));
        }

        return things;
    }

    private static IEnumerable<KittiObject> Label(StreetSceneOptions options, Thing[] farToNear, Camera camera)
    {
        for (var i = 0; i < farToNear.Length; i++)
        {
            var thing = farToNear[i];
            var whole = thing.Rectangle;
            var inside = SKRect.Intersect(whole, new SKRect(0, 0, options.WidthPixels, options.HeightPixels));
            if (thing.Shape.ClassName is not { } name || inside.Width < MinSidePixels || inside.Height < MinSidePixels)
            {
                continue;
            }

            var visible = VisibleShare(inside, farToNear[(i + 1)..]);
            var truncated = 1 - inside.Width * inside.Height / (whole.Width * whole.Height);
            if (visible < MinVisibleShare || truncated > 0.7)
            {
                continue;
            }

            var metres = thing.Shape.SizeMetres;
            yield return new KittiObject(name, MathF.Round(truncated, 2), visible > 0.9 ? 0 : visible > 0.6 ? 1 : 2, 0, new Box(
                MathF.Round(inside.Left, 2), MathF.Round(inside.Top, 2), MathF.Round(inside.Right, 2), MathF.Round(inside.Bottom, 2)))
            {
                SizeMetres = ((float)metres.Height, (float)metres.Width, (float)metres.Width),
                PositionMetres = (MathF.Round((float)((whole.MidX - options.WidthPixels / 2.0) * thing.DepthMetres / camera.FocalPixels), 2), (float)CameraHeightMetres, MathF.Round((float)thing.DepthMetres, 2)),
                RotationY = 0,
            };
        }
    }

    /// <summary>Share of a 12 × 12 grid over the box that no nearer thing's box covers.</summary>
    private static double VisibleShare(SKRect box, Thing[] nearer)
    {
        const int Side = 12;
        var visible = 0;
        for (var i = 0; i < Side * Side; i++)
        {
            var (x, y) = (box.Left + (i % Side + 0.5f) / Side * box.Width, box.Top + (i / Side + 0.5f) / Side * box.Height);
            visible += nearer.Any(thing => thing.Rectangle.Contains(x, y)) ? 0 : 1;
        }

        return (double)visible / (Side * Side);
    }

    private readonly record struct Camera(double HorizonPixels, double FocalPixels)
    {
        public static Camera Random(StreetSceneOptions options, RandomNumbers random) =>
            new(options.HeightPixels * random.Uniform(0.34, 0.46), options.HeightPixels * random.Uniform(1.7, 2.1));
    }

    private sealed record Thing(StreetShape Shape, SKRect Rectangle, double DepthMetres)
    {
        public static Thing Random(StreetShape shape, StreetSceneOptions options, Camera camera, RandomNumbers random)
        {
            // Uniform in 1/depth, so that near and far things are as frequent in the picture.
            var depth = 1 / random.Uniform(1 / 22.0, 1 / 5.0);
            var scale = camera.FocalPixels / depth;
            var (width, height) = (shape.SizeMetres.Width * scale, shape.SizeMetres.Height * scale);
            var bottom = camera.HorizonPixels + CameraHeightMetres * scale;
            var centre = random.Uniform(-0.02, 1.02) * options.WidthPixels;
            return new Thing(shape, new SKRect((float)(centre - width / 2), (float)(bottom - height), (float)(centre + width / 2), (float)bottom), depth);
        }
    }
}
