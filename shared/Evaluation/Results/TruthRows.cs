using System.Collections.Immutable;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Evaluation.Results;

/// <summary>Reads the labels of images into the rows of a problem.</summary>
/// <param name="truth">The labels.</param>
/// <param name="names">The images.</param>
internal sealed class TruthRows(Dataset truth, ResultNames names)
{
    private readonly Dictionary<string, int> classes = new(StringComparer.Ordinal);
    private readonly ImageLimits limits = new();

    /// <exception cref="UserErrorException">A label is wrong, or an image whose size is needed cannot be read.</exception>
    public (ImmutableArray<TruthObject> Objects, ImmutableArray<string> Classes) Read(CancellationToken cancellation)
    {
        var rows = ImmutableArray.CreateBuilder<TruthObject>();
        for (var image = 0; image < names.Images.Length; image++)
        {
            cancellation.ThrowIfCancellationRequested();
            var (width, height) = SizeOf(names.Images[image]);
            foreach (var label in truth.Truth(names.Images[image], width, height))
            {
                rows.Add(new TruthObject(
                    Image: image,
                    Class: ClassOf(label.Class),
                    Box: label.Box,
                    AreaPixels: label.AreaPixels ?? label.Box.Area,
                    Marks: label.Marks,
                    Truncation: label.Truncation,
                    Occlusion: label.Occlusion));
            }
        }

        return (rows.DrainToImmutable(), [.. classes.Keys]);
    }

    /// <summary>Only formats whose labels are fractions of the image's size need it.</summary>
    private (int WidthPixels, int HeightPixels) SizeOf(DatasetImage image) => truth.Format.LabelsNeedImages
        ? ImageDecoder.CheckSize(image.Path, limits)
        : image.DeclaredSize ?? (0, 0);

    private int ClassOf(string? name)
    {
        if (name is null)
        {
            return -1;
        }

        if (!classes.TryGetValue(name, out var index))
        {
            index = classes.Count;
            classes.Add(name, index);
        }

        return index;
    }
}
