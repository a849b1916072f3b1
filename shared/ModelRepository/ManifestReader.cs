using System.Text.Json;
using Pipeline.Shared.Files;

namespace Pipeline.Shared.ModelRepository;

/// <summary>
/// Reads a manifest: each field must occur once and have the right type. <see cref="ManifestRules"/> checks the values.
/// </summary>
internal static class ManifestReader
{
    private const long MaxBytes = 4_000_000;
    private const char NotUtf8 = '\uFFFD';
    private const string ContractField = "contractVersion";

    /// <exception cref="UserErrorException">The file is not a manifest; the message names the line or the field.</exception>
    public static ModelManifest Read(string path)
    {
        var text = InputFile.ReadText(path, "manifest", MaxBytes);
        if (string.IsNullOrWhiteSpace(text))
        {
            throw ManifestRefusal.OfFile(path, "the file is empty");
        }

        if (text.Contains(NotUtf8, StringComparison.Ordinal))
        {
            throw ManifestRefusal.OfFile(path, "this text is damaged: not all of it is UTF-8");
        }

        using (var document = Parse(path, text))
        {
            RequireOnce(path, document.RootElement);
            RequireFields(path, document.RootElement);
        }

        try
        {
            return JsonSerializer.Deserialize<ModelManifest>(text, ModelManifest.Json)!;
        }
        catch (JsonException exception)
        {
            var field = FieldOf(exception);
            throw ManifestRefusal.OfField($"{path}:{exception.LineNumber + 1}", field, $"expected {ExpectedType(field)}", exception);
        }
    }

    private static JsonDocument Parse(string path, string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException exception)
        {
            throw ManifestRefusal.OfFile($"{path}:{exception.LineNumber + 1}", "from here on this is not JSON", exception);
        }
    }

    private static void RequireOnce(string path, JsonElement root)
    {
        string? repeated;
        try
        {
            repeated = RepeatedField.Find(root);
        }
        catch (InvalidOperationException exception)
        {
            throw ManifestRefusal.OfFile(path, "the name of a field is not text", exception);
        }

        if (repeated is not null)
        {
            throw ManifestRefusal.OfField(path, repeated, "this field occurs twice");
        }
    }

    private static void RequireFields(string path, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw ManifestRefusal.OfFile(path, "this is not a manifest: an object in braces is expected");
        }

        // First, because another contract may have other fields.
        if (root.TryGetProperty(ContractField, out var field) && IsOtherContract(field))
        {
            throw ManifestRefusal.OfField(
                path, ContractField, $"contract version {field.GetRawText()}; this program reads {ModelManifest.CurrentContractVersion}");
        }

        string[] missing = [.. RequiredFields().Where(name => !root.TryGetProperty(name, out _))];
        if (missing.Length > 0)
        {
            throw ManifestRefusal.OfFile(path, $"missing: {string.Join(", ", missing)}");
        }
    }

    private static bool IsOtherContract(JsonElement field) =>
        field.ValueKind == JsonValueKind.Number && field.TryGetInt32(out var contract) && contract != ModelManifest.CurrentContractVersion;

    private static IEnumerable<string> RequiredFields() => ModelManifest.Json.GetTypeInfo(typeof(ModelManifest)).Properties
        .Where(property => property.IsRequired)
        .Select(property => property.Name);

    /// <summary>The field's path, such as <c>labels[2]</c>, without the sign for the root.</summary>
    private static string FieldOf(JsonException exception) => (exception.Path ?? "").TrimStart('$').TrimStart('.');

    private static string ExpectedType(string field) => field switch
    {
        "contractVersion" or "version" or "maxInputSidePixels" or "topD" or "opset" => ManifestRules.Positive.ToString(),
        "scoreThreshold" => ManifestRules.Scores.ToString(),
        "labels" => "a list of class names",
        "labelMap" => "an object with a class for each type",
        "created" => "a date and time, as 2026-01-31T12:00:00+00:00",
        _ when field.StartsWith("leak", StringComparison.Ordinal) => "whole numbers validationImages and testImages",
        "winograd" => "true or false",
        _ when field.StartsWith("quantization", StringComparison.Ordinal) =>
            "whole numbers calibrationImages and int8Layers, a string method, and a list floatLayers of names, reasons and numbers",
        _ when field.StartsWith("parity", StringComparison.Ordinal) => "what export writes: counts, differences, and a list of rows",
        _ when field.StartsWith("files", StringComparison.Ordinal) => "a string sha256 and a whole number sizeBytes for each file",
        _ => "a string",
    };
}
