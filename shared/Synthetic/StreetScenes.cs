using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using SkiaSharp;

namespace Pipeline.Shared.Synthetic;

/// <summary>A drawn frame and its objects; dispose the image.</summary>
/// <param name="Image">The frame.</param>
/// <param name="Objects">Labels as in KITTI's files.</param>
public sealed record StreetScene(RgbImage Image, IReadOnlyList<KittiObject> Objects);

/// <summary>
/// Street scenes drawn from a seed: a road in perspective, traffic that is occluded and cut off, weather and light, and clutter that looks
/// like objects.
/// </summary>
public static class StreetScenes
{
    private const double CameraHeightMeters = 1.65;
    private const double MinVisibleFraction = 0.3;
    private const double MinSidePixels = 6;

    /// <summary>Frame <paramref name="index"/> of the seed's endless sequence; frames do not depend on each other.</summary>
    public static StreetScene Draw(StreetSceneOptions options, int index)
    {
        var random = new RandomNumbers((ulong)options.Seed, "street-scene", (ulong)index);
        var format = new SKImageInfo(options.WidthPixels, options.HeightPixels, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var bitmap = new SKBitmap(format);
        using var canvas = new SKCanvas(bitmap);
        var camera = Camera.Random(options, random);
        StreetBackground.Draw(canvas, options, camera.HorizonPixels, random);

        // Far things first, so that near ones hide them.
        var things = Place(options, camera, random).OrderByDescending(thing => thing.DepthMeters).ToArray();
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
            var name = StreetSceneOptions.Classes[random.NextInt(StreetSceneOptions.Classes.Count)];
            things.Add(Thing.Random(StreetShape.OfClass(name, random), options, camera, random));
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

            var visible = VisibleFraction(inside, farToNear[(i + 1)..]);
            var truncated = 1 - inside.Width * inside.Height / (whole.Width * whole.Height);
            if (visible < MinVisibleFraction || truncated > 0.7)
            {
                continue;
            }

            var box = new Box(
                X1: MathF.Round(inside.Left, 2),
                Y1: MathF.Round(inside.Top, 2),
                X2: MathF.Round(inside.Right, 2),
                Y2: MathF.Round(inside.Bottom, 2));
            var meters = thing.Shape.SizeMeters;
            var x = (whole.MidX - options.WidthPixels / 2.0) * thing.DepthMeters / camera.FocalPixels;
            yield return new KittiObject(name, MathF.Round(truncated, 2), Occlusion(visible), Alpha: 0, box)
            {
                SizeMeters = ((float)meters.Height, (float)meters.Width, (float)meters.Width),
                PositionMeters = (MathF.Round((float)x, 2), (float)CameraHeightMeters, MathF.Round((float)thing.DepthMeters, 2)),
                RotationY = 0,
            };
        }
    }

    /// <summary>KITTI's grade: 0 visible, 1 partly hidden, 2 largely hidden.</summary>
    private static int Occlusion(double visible)
    {
        if (visible > 0.9)
        {
            return 0;
        }

        return visible > 0.6 ? 1 : 2;
    }

    /// <summary>Fraction of a 12 × 12 grid over the box that no nearer thing's box covers.</summary>
    private static double VisibleFraction(SKRect box, Thing[] nearer)
    {
        const int Side = 12;
        var visible = 0;
        for (var i = 0; i < Side * Side; i++)
        {
            var x = box.Left + (i % Side + 0.5f) / Side * box.Width;
            var y = box.Top + (i / Side + 0.5f) / Side * box.Height;
            visible += nearer.Any(thing => thing.Rectangle.Contains(x, y)) ? 0 : 1;
        }

        return (double)visible / (Side * Side);
    }

    private readonly record struct Camera(double HorizonPixels, double FocalPixels)
    {
        public static Camera Random(StreetSceneOptions options, RandomNumbers random) =>
            new(options.HeightPixels * random.Uniform(0.34, 0.46), options.HeightPixels * random.Uniform(1.7, 2.1));
    }

    private sealed record Thing(StreetShape Shape, SKRect Rectangle, double DepthMeters)
    {
        public static Thing Random(StreetShape shape, StreetSceneOptions options, Camera camera, RandomNumbers random)
        {
            // Uniform in 1/depth, so that near and far things are as frequent in the picture.
            var depth = 1 / random.Uniform(1 / 22.0, 1 / 5.0);
            var scale = camera.FocalPixels / depth;
            var width = shape.SizeMeters.Width * scale;
            var height = shape.SizeMeters.Height * scale;
            var bottom = camera.HorizonPixels + CameraHeightMeters * scale;
            var center = random.Uniform(-0.02, 1.02) * options.WidthPixels;
            var rectangle = new SKRect(
                left: (float)(center - width / 2),
                top: (float)(bottom - height),
                right: (float)(center + width / 2),
                bottom: (float)bottom);
            return new Thing(shape, rectangle, depth);
        }
    }
}
