using System.Buffers.Binary;
using System.Security.Cryptography;
using Pipeline.Shared.Files;
using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Datasets.Checking;

/// <summary>Checks single images with their labels; several threads may use it.</summary>
/// <param name="dataset">The images' data set.</param>
/// <param name="decode">Whether images are decoded; else only their headers are read.</param>
internal sealed class ImageCheck(Dataset dataset, bool decode)
{
    private readonly ImageLimits limits = new();

    /// <summary>Checks an image without labels.</summary>
    public CheckedImage Unlabeled(DatasetImage image) => File(image);

    /// <summary>Checks an image and its labels.</summary>
    public CheckedImage Labeled(DatasetImage image)
    {
        var file = File(image);
        if (file.Size is not { } size)
        {
            return file with { IsLabeled = true, Findings = [.. file.Findings, .. ErrorsOfLabels(image)] };
        }

        var labels = dataset.Read(image, size.WidthPixels, size.HeightPixels);
        return file with
        {
            IsLabeled = true,
            Annotations = labels.Annotations,
            HasWholeLabels = !labels.Findings.Any(finding => finding.IsError),
            Findings = [.. file.Findings, .. labels.Findings],
        };
    }

    private CheckedImage File(DatasetImage image)
    {
        UInt128? digest = null;
        try
        {
            if (!decode)
            {
                return new CheckedImage(image, []) { IsReadable = true, Size = ImageDecoder.CheckSize(image.Path, limits) };
            }

            var bytes = InputFile.ReadBytes(image.Path, "image file", limits.MaxFileBytes);
            digest = DigestOf(bytes);
            using var decoded = ImageDecoder.Decode(bytes, image.Path, limits);
            return new CheckedImage(image, [])
            {
                IsReadable = true,
                Size = (decoded.WidthPixels, decoded.HeightPixels),
                Digest = digest,
            };
        }
        catch (UserErrorException exception)
        {
            var size = decode ? SizeInHeader(image.Path) : null;
            return new CheckedImage(image, [Finding.Of(image.Path, exception)]) { Size = size, Digest = digest };
        }
    }

    /// <summary>Half of a SHA-256 is enough: two different images never have the same.</summary>
    private static UInt128 DigestOf(byte[] bytes) => BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(bytes));

    private (int WidthPixels, int HeightPixels)? SizeInHeader(string path)
    {
        try
        {
            return ImageDecoder.CheckSize(path, limits);
        }
        catch (UserErrorException)
        {
            return null;
        }
    }

    /// <summary>Errors that do not depend on the image's size, which is unknown; warnings may depend on it.</summary>
    private IEnumerable<Finding> ErrorsOfLabels(DatasetImage image)
    {
        var (width, height) = image.DeclaredSize ?? (limits.MaxDimensionPixels, limits.MaxDimensionPixels);
        return dataset.Read(image, width, height).Findings.Where(finding => finding.IsError);
    }
}
