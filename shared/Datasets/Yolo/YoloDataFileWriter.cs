using System.Globalization;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Pipeline.Shared.Datasets.Yolo;

/// <summary>Writes a <c>data.yaml</c>.</summary>
internal static class YoloDataFileWriter
{
    /// <summary>Whether a name can be a class's: it has a visible character, and no half of a surrogate pair.</summary>
    public static bool CanHold(string name) =>
        !string.IsNullOrWhiteSpace(name) && !name.EnumerateRunes().Contains(Rune.ReplacementChar);

    /// <param name="classes">The classes, in the order of their numbers.</param>
    /// <param name="lists">Names of the lists of images, each in a file of that name; without any, all images are in both lists.</param>
    public static string Text(IReadOnlyList<DatasetClass> classes, IEnumerable<string> lists)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var emitter = new Emitter(text, new EmitterSettings(
            bestIndent: 2,
            bestWidth: int.MaxValue,
            isCanonical: false,
            maxSimpleKeyLength: 1024));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        emitter.Emit(new MappingStart(null, null, isImplicit: true, MappingStyle.Block));
        string[] named = [.. lists];
        string[] keys = named.Length > 0 ? named : ["train", "val"];
        foreach (var key in keys)
        {
            emitter.Emit(new Scalar(key));
            emitter.Emit(new Scalar(named.Length > 0 ? key + YoloLabelPaths.Extension : YoloLabelPaths.Images));
        }

        emitter.Emit(new Scalar("names"));
        emitter.Emit(new MappingStart(null, null, isImplicit: true, MappingStyle.Block));
        for (var number = 0; number < classes.Count; number++)
        {
            emitter.Emit(new Scalar(number.ToString(CultureInfo.InvariantCulture)));
            emitter.Emit(Quoted(classes[number].Name));
        }

        emitter.Emit(new MappingEnd());
        emitter.Emit(new MappingEnd());
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    /// <summary>Quotes keep <c>yes</c>, <c>1</c> and <c>null</c> texts.</summary>
    private static Scalar Quoted(string name) =>
        new(AnchorName.Empty, TagName.Empty, name, ScalarStyle.DoubleQuoted, isPlainImplicit: false, isQuotedImplicit: true);
}
