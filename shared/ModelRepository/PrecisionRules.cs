namespace Pipeline.Shared.ModelRepository;

/// <summary>Checks what a manifest says of the model's precision.</summary>
internal static class PrecisionRules
{
    private const int MostFloatLayers = 10_000;

    /// <returns>The first invalid field; null: none.</returns>
    public static (string Field, string Reason)? Problem(ModelManifest manifest)
    {
        if (!ModelPrecision.All.Contains(manifest.Precision))
        {
            return ("precision", $"'{manifest.Precision}' is not one of {string.Join(", ", ModelPrecision.All)}");
        }

        if (manifest.Quantization is not { } quantization)
        {
            return null;
        }

        return manifest.Precision == ModelPrecision.Int8
            ? ProblemOfQuantization(quantization)
            : ("quantization", $"the precision is {manifest.Precision}, and only int8 is quantized");
    }

    private static (string Field, string Reason)? ProblemOfQuantization(Quantization quantization)
    {
        if (quantization.CalibrationImages < 0 || quantization.Int8Layers < 0)
        {
            var counts = $"{quantization.CalibrationImages} images and {quantization.Int8Layers} layers";
            return ("quantization", $"{counts}; a count cannot be negative");
        }

        if (!ManifestText.IsLine(quantization.Method))
        {
            return ("quantization.method", "expected one line of text");
        }

        if (quantization.FloatLayers is null || quantization.FloatLayers.Count > MostFloatLayers)
        {
            return ("quantization.floatLayers", $"expected a list of at most {MostFloatLayers:N0} layers");
        }

        for (var index = 0; index < quantization.FloatLayers.Count; index++)
        {
            if (!IsValid(quantization.FloatLayers[index]))
            {
                return ($"quantization.floatLayers[{index}]", "expected a name, a reason and a finite number");
            }
        }

        return null;
    }

    private static bool IsValid(FloatLayer? layer) =>
        layer is not null
        && ManifestText.IsLine(layer.Name)
        && ManifestText.IsLine(layer.Reason)
        && double.IsFinite(layer.SignalToNoiseDb ?? 0);
}
