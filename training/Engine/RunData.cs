using System.IO.Hashing;
using System.Text;
using Pipeline.Shared.Kitti;

namespace Pipeline.Training.Engine;

/// <summary>What a run learns from and measures on, as digests (<c>data.json</c>): with other data a run does not go on.</summary>
/// <param name="Train">The frames to learn from.</param>
/// <param name="Test">The frames to measure on.</param>
/// <param name="BackboneWeights">Of the file's content; null without weights.</param>
internal sealed record FinetuneData(FrameDigests Train, FrameDigests Test, string? BackboneWeights);

/// <param name="Frames">How many.</param>
/// <param name="Names">Of their names in their order.</param>
/// <param name="Labels">Of the label files' content.</param>
/// <param name="Images">Of the image files' names and sizes; their content is not read.</param>
internal sealed record FrameDigests(int Frames, string Names, string Labels, string Images)
{
    public static FrameDigests Of(KittiDataset dataset, IReadOnlyList<string> frames) => new(
        frames.Count,
        ContentDigest.Of(frames.Select(frame => Encoding.UTF8.GetBytes(frame + "\n"))),
        ContentDigest.Of(frames.Select(frame => File.ReadAllBytes(dataset.LabelPath(frame)))),
        ContentDigest.Of(frames.Select(frame => new FileInfo(dataset.ImagePath(frame))).Select(file => Encoding.UTF8.GetBytes($"{file.Name} {file.Length}\n"))));
}

/// <summary>What a contrastive run learns from.</summary>
/// <param name="Images">How many.</param>
/// <param name="Names">Of their names in their order; their folder may move.</param>
internal sealed record PretrainData(int Images, string Names)
{
    public static PretrainData Of(IReadOnlyList<string> files) => new(files.Count, ContentDigest.Of(files.Select(file => Encoding.UTF8.GetBytes(Path.GetFileName(file) + "\n"))));
}

/// <summary>64 bits of xxHash: they tell changes, not forgeries.</summary>
internal static class ContentDigest
{
    public static string Of(IEnumerable<byte[]> parts)
    {
        var hash = new XxHash64();
        foreach (var part in parts)
        {
            hash.Append(part);
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    public static string OfFile(string path)
    {
        var hash = new XxHash64();
        using var stream = File.OpenRead(path);
        hash.Append(stream);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
