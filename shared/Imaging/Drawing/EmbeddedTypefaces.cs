using SkiaSharp;

namespace Pipeline.Shared.Imaging.Drawing;

/// <summary>The typefaces in this assembly. No installed font is used, so that a picture is the same on every machine.</summary>
internal sealed class EmbeddedTypefaces
{
    private static readonly Lazy<EmbeddedTypefaces> Loaded = new(() => new EmbeddedTypefaces());

    private EmbeddedTypefaces()
    {
        Letters = Load("DejaVuSans.ttf");
        Ideographs = Load("DroidSansFallback-Subset.ttf");
    }

    /// <summary>Loaded at the first use; thread-safe.</summary>
    public static EmbeddedTypefaces Shared => Loaded.Value;

    /// <summary>DejaVu Sans: Latin, Greek, Cyrillic, and other alphabets.</summary>
    public SKTypeface Letters { get; }

    /// <summary>Droid Sans Fallback: Han characters, kana, and Hangul.</summary>
    public SKTypeface Ideographs { get; }

    private static SKTypeface Load(string file)
    {
        var name = $"{typeof(EmbeddedTypefaces).Namespace}.Fonts.{file}";
        using var stream = typeof(EmbeddedTypefaces).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly lacks the resource {name}.");
        using var data = SKData.Create(stream);
        return SKTypeface.FromData(data) ?? throw new InvalidOperationException($"The resource {name} is not a typeface.");
    }
}
