using Pipeline.Shared.ModelRepository;

namespace Pipeline.Shared.Tests.ModelRepository;

/// <summary>What a manifest says of precision, quantization and the comparison with the detector, damaged or edited by hand.</summary>
public sealed class PrecisionManifestTests : IDisposable
{
    private const string Difference = """
        { "detectorDetections": 3, "modelDetections": 3, "pairs": 3, "differing": 0, "largestBoxPixels": 0.01, "largestScore": 1e-6 }
        """;

    private const string Parity = $$"""
        {
          "passed": true,
          "failure": null,
          "samples": "5 drawn scenes",
          "images": 5,
          "total": {{Difference}},
          "detectorMap": 0.5,
          "modelMap": 0.49,
          "tolerance": { "boxPixels": null, "score": 0.05, "differingShare": 0.2, "mapPoints": 0.2 },
          "rows": [{ "image": "a.png", "widthPixels": 3, "heightPixels": 4, "difference": {{Difference}} }]
        }
        """;

    private const string Quantization = """
        {
          "calibrationImages": 100,
          "method": "percentile 99.99",
          "int8Layers": 40,
          "floatLayers": [{ "name": "rpn", "reason": "output of the proposal head", "signalToNoiseDb": null }]
        }
        """;

    private readonly StreetModel street = new();

    [Theory]
    [InlineData("fp32", null)]
    [InlineData("fp16", null)]
    [InlineData("int8", Quantization)]
    public void What_export_writes_is_read(string precision, string? quantization)
    {
        Write(precision, Parity, quantization);

        var manifest = ModelDirectory.Open(street.Folder).Manifest;

        Assert.Equal(precision, manifest.Precision);
        Assert.Equal(0.49, manifest.Parity!.ModelMap);
        Assert.Equal("a.png", Assert.Single(manifest.Parity.Rows).Image);
        Assert.Equal(quantization is null ? null : 100, manifest.Quantization?.CalibrationImages);
    }

    [Theory]
    [InlineData("")]
    [InlineData("FP16")]
    [InlineData("int4")]
    [InlineData("fp16 ")]
    public void An_unknown_precision_is_refused(string precision)
    {
        Write(precision, parity: null, quantization: null);

        Assert.Contains($"precision: '{precision}' is not one of fp32, fp16, int8. ", street.Refusal());
    }

    [Theory]
    [InlineData("\"calibrationImages\": 100", "\"calibrationImages\": -1", "quantization: -1 images")]
    [InlineData("\"int8Layers\": 40", "\"int8Layers\": -40", "quantization: 100 images and -40 layers")]
    [InlineData("\"percentile 99.99\"", "\"\"", "quantization.method: ")]
    [InlineData("\"percentile 99.99\"", "\"a\\nb\"", "quantization.method: ")]
    [InlineData("\"method\": \"percentile 99.99\",", "", "quantization.method: ")]
    [InlineData("\"rpn\"", "null", "floatLayers[0]")]
    [InlineData("\"output of the proposal head\"", "\"\\u0007\"", "floatLayers[0]")]
    [InlineData("\"signalToNoiseDb\": null", "\"signalToNoiseDb\": 1e999", "floatLayers[0]")]
    [InlineData("[{ \"name\"", "[null, { \"name\"", "floatLayers[0]")]
    public void Quantization_that_cannot_be_is_refused(string valid, string invalid, string reason) =>
        Refused("int8", Parity, Quantization.Replace(valid, invalid, StringComparison.Ordinal), reason);

    [Fact]
    public void Only_int8_is_quantized() =>
        Refused("fp16", Parity, Quantization, "quantization: the precision is fp16, and only int8 is quantized");

    [Theory]
    [InlineData("\"images\": 5", "\"images\": 0", "parity.images: 0 is not")]
    [InlineData("\"images\": 5,", "", "parity")]
    [InlineData("\"5 drawn scenes\"", "\"two\\nlines\"", "parity: samples")]
    [InlineData("\"failure\": null", "\"failure\": \"boxes differ\"", "parity.passed: ")]
    [InlineData("\"passed\": true", "\"passed\": false", "parity.passed: ")]
    [InlineData("\"detectorMap\": 0.5", "\"detectorMap\": 1.5", "parity.detectorMap: 1.5 is not")]
    [InlineData("\"modelMap\": 0.49", "\"modelMap\": -0.1", "parity.modelMap: -0.1 is not")]
    [InlineData("\"score\": 0.05", "\"score\": -1", "parity.tolerance: ")]
    [InlineData("\"mapPoints\": 0.2", "\"mapPoints\": 1e999", "parity.tolerance: ")]
    [InlineData("\"pairs\": 3", "\"pairs\": -3", "parity.total: ")]
    [InlineData("\"largestScore\": 1e-6", "\"largestScore\": 1e999", "parity.total: ")]
    [InlineData("\"widthPixels\": 3", "\"widthPixels\": 0", "parity.rows[0]: ")]
    [InlineData("\"a.png\"", "\"\"", "parity.rows[0]: ")]
    [InlineData("\"rows\": [", "\"rows\": [null, ", "parity.rows[0]: ")]
    [InlineData("\"rows\": [", "\"more\": [", "parity")]
    [InlineData("\"total\"", "\"totals\"", "parity")]
    [InlineData("\"images\": 5", "\"images\": 5, \"images\": 6", "parity.images: this field occurs twice")]
    public void A_comparison_that_cannot_be_is_refused(string valid, string invalid, string reason)
    {
        var position = Parity.IndexOf(valid, StringComparison.Ordinal);
        Refused("fp32", Parity[..position] + invalid + Parity[(position + valid.Length)..], quantization: null, reason);
    }

    [Fact]
    public void Rows_without_end_are_refused()
    {
        var row = $$"""{ "image": "a.png", "widthPixels": 3, "heightPixels": 4, "difference": {{Difference}} }""";
        var rows = string.Join(",", Enumerable.Repeat(row, ParityTable.MostRows));

        var parity = Parity.Replace("\"rows\": [", $"\"rows\": [{rows},", StringComparison.Ordinal);
        Refused("fp32", parity, quantization: null, "parity.rows: 33 rows");
    }

    [Fact]
    public void A_model_larger_than_an_onnx_file_can_be_is_refused_before_it_is_read()
    {
        var manifest = street.Manifest();
        manifest["files"]![ModelDirectory.ModelFileName]!["sizeBytes"] = 1L << 31;
        street.Write(manifest);

        Assert.Contains("files: model.onnx has 2,147,483,648 bytes; an ONNX file holds at most 2 GiB", street.Refusal());
    }

    public void Dispose() => street.Dispose();

    private void Refused(string precision, string parity, string? quantization, string reason)
    {
        Write(precision, parity, quantization);

        var refusal = street.Refusal();

        Assert.Contains(reason, refusal);
        Assert.DoesNotContain('\n', refusal);
        Assert.EndsWith(" Export the model again.", refusal);
    }

    /// <summary>As text, since fields may occur twice.</summary>
    private void Write(string precision, string? parity, string? quantization)
    {
        var manifest = street.Manifest();
        manifest["precision"] = precision;
        var text = manifest.ToJsonString()[..^1];
        text += $",\"parity\":{parity ?? "null"},\"quantization\":{quantization ?? "null"}}}";
        File.WriteAllText(street.ManifestPath, text);
    }
}
