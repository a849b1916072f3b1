using Pipeline.Shared;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Training.Detection.Export;

/// <summary>What to export, and where to.</summary>
public sealed record ExportOptions
{
    /// <summary>The model repository.</summary>
    public required string RepositoryRoot { get; init; }

    /// <summary>Name in the repository.</summary>
    public required string Name { get; init; }

    /// <summary>A version that is not taken, or null for the next.</summary>
    public int? Version { get; init; }

    /// <summary>What the large weights are stored as, one of <see cref="ModelPrecision"/>.</summary>
    public string Precision { get; init; } = ModelPrecision.Fp32;

    /// <summary>Whether large 3×3 convolutions become Winograd's products, which a CPU computes faster; null: with fp32.</summary>
    public bool? Winograd { get; init; }

    /// <summary>
    /// Image files whose activations set the ranges of int8, as <see cref="CalibrationSet.Choose"/> takes them from a folder; other
    /// precisions need none.
    /// </summary>
    public IReadOnlyList<string> CalibrationImages { get; init; } = [];

    /// <summary>Longest side of an input image in pixels; the service refuses longer ones from their header.</summary>
    public int MaxSidePixels { get; init; } = new ImageLimits().MaxDimensionPixels;

    /// <summary>Classes without the background.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Types that became another class in training; null: none.</summary>
    public IReadOnlyDictionary<string, string>? LabelMap { get; init; }

    /// <summary>Images that it was measured on although the first weights had learned from them; null: none.</summary>
    public ImageLeak? Leak { get; init; }

    /// <summary>The checkpoint, whose digest goes into the manifest.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>Makes sure, before any work, that what is asked for fits together.</summary>
    /// <exception cref="UserErrorException">
    /// The precision is unknown, lacks calibration images, or rules out Winograd's products.
    /// </exception>
    public void RequireConsistent()
    {
        if (!ModelPrecision.All.Contains(Precision))
        {
            throw new UserErrorException($"'{Precision}' is not a precision; choose one of {string.Join(", ", ModelPrecision.All)}.");
        }

        if (Precision == ModelPrecision.Int8 && CalibrationImages.Count == 0)
        {
            throw new UserErrorException("int8 needs calibration images, like those that the model will see.");
        }

        if (Precision != ModelPrecision.Fp32 && Winograd == true)
        {
            throw new UserErrorException($"Winograd's products need float32, and {Precision} rounds them; choose --winograd off.");
        }
    }
}
