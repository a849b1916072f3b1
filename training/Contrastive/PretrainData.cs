using System.Text;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Contrastive;

/// <summary>What a contrastive run learns from.</summary>
/// <param name="Images">How many.</param>
/// <param name="Names">Of their names in their order; their folder may move.</param>
internal sealed record PretrainData(int Images, string Names)
{
    public static PretrainData Of(IReadOnlyList<string> files)
    {
        var names = files.Select(file => Encoding.UTF8.GetBytes(Path.GetFileName(file) + "\n"));
        return new PretrainData(files.Count, ContentDigest.Of(names));
    }
}
