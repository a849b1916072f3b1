using System.Security.Cryptography;
using Pipeline.Shared;
using Pipeline.Shared.Files;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints.Import;

namespace Pipeline.Training.Checkpoints;

/// <summary>
/// ImageNet's weights of a residual network that come with the program: the file of the package
/// <c>Microsoft.ML.DnnImageFeaturizer.ResNet18</c> (MIT), as its authors exported it.
/// </summary>
internal static class ImageNetWeights
{
    private const string FileName = "imagenet-resnet18.onnx";
    private const string Sha256 = "e2552f19db2dfdb01b3669537b6a0f1b44da38d18279535492ed5dfc2ef1ff8f";

    private static string Beside => Path.Combine(AppContext.BaseDirectory, "weights", FileName);

    /// <summary>The architecture that has its blocks, but for one more in the last stage.</summary>
    public const string Architecture = "resnet18";

    /// <summary>Its blocks in each stage.</summary>
    public static IReadOnlyList<int> Blocks { get; } = [2, 2, 2, 3];

    /// <summary>What it takes as an image: BGR from 0 to 255 less the channels' means of the package's mean image.</summary>
    public static InputConvention Input { get; } = new(IsBgr: true, Mean: [123.15163, 115.902885, 103.06262], Std: [1, 1, 1]);

    /// <summary>The file beside the program.</summary>
    /// <exception cref="UserErrorException">It is missing.</exception>
    public static string FilePath()
    {
        return FileStatus.Of(Beside).Kind == FileKind.File
            ? Beside
            : throw new UserErrorException(
                $"imagenet: the file of these weights, {Beside}, is missing; build or publish the program again, or name other weights.");
    }

    /// <summary>Whether a path is that of the file beside the program.</summary>
    public static bool IsAt(string path) => path == Beside;

    /// <summary>The blocks of a run's backbone; those of these weights where it begins from them and leaves its blocks open.</summary>
    /// <param name="weights">The run's setting of first weights.</param>
    /// <param name="backbone">The run's backbone.</param>
    public static IReadOnlyList<int>? BlocksFor(string? weights, ResNetOptions backbone)
    {
        var isOpen = backbone.Blocks is null && backbone.Architecture == Architecture;
        return isOpen && weights == WeightChoice.ImageNet ? Blocks : backbone.Blocks;
    }

    /// <summary>Whether these are the bytes of that file, wherever they were read from.</summary>
    public static bool IsOriginal(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes)) == Sha256;
}
