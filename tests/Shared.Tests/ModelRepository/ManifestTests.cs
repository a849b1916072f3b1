using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Shared.Tests.ModelRepository;

/// <summary>Manifests that were damaged on the way or edited by hand.</summary>
public sealed class ManifestTests : IDisposable
{
    private readonly StreetModel street = new();

    [Fact]
    public void The_manifest_that_the_cases_change_opens() => Assert.Equal("street", ModelDirectory.Open(street.Folder).Manifest.Name);

    [Theory]
    [InlineData("", ": the file is empty.")]
    [InlineData(" \n", ": the file is empty.")]
    [InlineData("null", ": this is not a manifest: an object in braces is expected.")]
    [InlineData("[]", ": this is not a manifest: an object in braces is expected.")]
    [InlineData("7", ": this is not a manifest: an object in braces is expected.")]
    [InlineData("{\n\"name\": \"street\",\n", ":3: from here on this is not JSON.")]
    [InlineData("{\n\"name\": \"street\",\n}", ":3: from here on this is not JSON.")]
    [InlineData("{} {}", ":1: from here on this is not JSON.")]
    [InlineData("{\"\\ud800\": 1}", ": the name of a field is not text.")]
    [InlineData("{\"contractVersion\": 2}", ": contractVersion: contract version 2; this program reads 1.")]
    public void S5_a_file_that_is_no_manifest_is_refused_in_one_line(string text, string reason)
    {
        File.WriteAllText(street.ManifestPath, text);

        Assert.Equal($"{street.ManifestPath}{reason} Export the model again.", street.Refusal());
    }

    [Theory]
    [InlineData("name", "7", "name: expected a string")]
    [InlineData("name", "null", "name: expected a string")]
    [InlineData("version", "\"1\"", "version: expected a whole number from 1 to 2147483647")]
    [InlineData("version", "1.5", "version: expected a whole number from 1 to 2147483647")]
    [InlineData("version", "99999999999", "version: expected a whole number from 1 to 2147483647")]
    [InlineData("contractVersion", "\"1\"", "contractVersion: expected a whole number from 1 to 2147483647")]
    [InlineData("scoreThreshold", "\"NaN\"", "scoreThreshold: expected a number from 0 to 1")]
    [InlineData("labels", "\"Car\"", "labels: expected a list of class names")]
    [InlineData("labels", "null", "labels: expected a list of class names")]
    [InlineData("labels", "[\"Car\", 2]", "labels[1]: expected a string")]
    [InlineData("labels", "[\"\\ud800\"]", "labels[0]: expected a string")]
    [InlineData("leak", "3", "leak: expected whole numbers validationImages and testImages")]
    [InlineData("leak", "{\"testImages\": \"3\"}", "leak.testImages: expected whole numbers validationImages and testImages")]
    [InlineData("precision", "16", "precision: expected a string")]
    [InlineData("precision", "null", "precision: expected a string")]
    [InlineData("winograd", "\"on\"", "winograd: expected true or false")]
    [InlineData("quantization", "\"percentile\"", "quantization: expected whole numbers calibrationImages and int8Layers, a string method, "
        + "and a list floatLayers of names, reasons and numbers")]
    [InlineData("parity", "[]", "parity: expected what export writes: counts, differences, and a list of rows")]
    [InlineData("labelMap", "[]", "labelMap: expected an object with a class for each type")]
    [InlineData("labelMap", "{\"Van\": 3}", "labelMap.Van: expected a string")]
    [InlineData("files", "[]", "files: expected a string sha256 and a whole number sizeBytes for each file")]
    [InlineData(
        "files",
        "{\"model.onnx\": {\"sha256\": \"\", \"sizeBytes\": \"7\"}}",
        "files['model.onnx'].sizeBytes: expected a string sha256 and a whole number sizeBytes for each file")]
    [InlineData("created", "\"yesterday\"", "created: expected a date and time, as 2026-01-31T12:00:00+00:00")]
    public void S5_a_value_of_another_kind_is_refused_with_line_field_and_what_is_expected(string field, string value, string reason)
    {
        var manifest = street.Manifest();
        manifest[field] = JsonNode.Parse("0");
        var marked = manifest.ToJsonString(new JsonSerializerOptions { WriteIndented = true }).Split('\n');
        var line = Array.FindIndex(marked, text => text.StartsWith($"  \"{field}\":", StringComparison.Ordinal));
        marked[line] = marked[line].Replace("\": 0", $"\": {value}", StringComparison.Ordinal);
        File.WriteAllText(street.ManifestPath, string.Join('\n', marked));

        Assert.Equal($"{street.ManifestPath}:{line + 1}: {reason}. Export the model again.", street.Refusal());
    }

    [Theory]
    [InlineData("labels", "[]", "labels: at least one class is needed")]
    [InlineData("labels", "[null, \"Car\"]", "labels[0]: a class name is one line of text")]
    [InlineData("labels", "[\"Car\", \" \"]", "labels[1]: a class name is one line of text")]
    [InlineData("labels", "[\"Car\", \"a\\nb\"]", "labels[1]: a class name is one line of text")]
    [InlineData("labels", "[\"Car\", \"Car\"]", "labels[1]: 'Car' is named twice")]
    [InlineData("labels", "[\"Car\"]", "labels: 1 classes, but the detector was trained for 2 (training.numClasses - 1)")]
    [InlineData("labels", "[\"background\", \"Car\", \"Truck\"]", "labels: 3 classes, but the detector was trained for 2")]
    [InlineData("training", "7", "training: expected an object")]
    [InlineData("training", "{\"numClasses\": \"3\"}", "training.numClasses: expected a whole number")]
    [InlineData("maxInputSidePixels", "0", "maxInputSidePixels: 0 is not a whole number from 1 to 2147483647")]
    [InlineData("maxInputSidePixels", "-1", "maxInputSidePixels: -1 is not a whole number from 1 to 2147483647")]
    [InlineData("topD", "0", "topD: 0 is not")]
    [InlineData("opset", "0", "opset: 0 is not")]
    [InlineData("version", "-1", "version: -1 is not")]
    [InlineData("scoreThreshold", "1.5", "scoreThreshold: 1.5 is not a number from 0 to 1")]
    [InlineData("scoreThreshold", "1e999", "scoreThreshold: ")]
    [InlineData("scoreThreshold", "-0.1", "scoreThreshold: -0.1 is not a number from 0 to 1")]
    [InlineData("name", "\"\"", "name: '' is not a valid model name")]
    [InlineData("name", "\"../up\"", "name: '../up' is not a valid model name")]
    [InlineData("name", "\"street\\n\"", "is not a valid model name")]
    [InlineData("name", "\"cars\"", "name: 'cars', but the folder is 'street': rename the folders to cars/1")]
    [InlineData("version", "2", "version: 2, but the folder is 1: rename the folders to street/2")]
    [InlineData("leak", "{\"validationImages\": 0, \"testImages\": -1}", "leak: 0 and -1 images; a count cannot be negative")]
    [InlineData("labelMap", "{\"Van\": \"Bus\"}", "labelMap: 'Van' becomes 'Bus', which is not one of the labels")]
    [InlineData("labelMap", "{\"Van\": null}", "labelMap: 'Van' becomes '', which is not one of the labels")]
    [InlineData("labelMap", "{\"Car\": \"Truck\"}", "labelMap: 'Car' is itself a label")]
    [InlineData("files", "{}", "files: model.onnx is not listed")]
    [InlineData("files", "{\"model.onnx\": null}", "files: 'model.onnx' needs a sha256")]
    [InlineData("files", "{\"model.onnx\": {}}", "files: 'model.onnx' needs a sha256")]
    [InlineData("files", "{\"model.onnx\": {\"sha256\": \"ABC\", \"sizeBytes\": 7}}", "files: 'model.onnx' needs a sha256")]
    [InlineData("checkpointSha256", "\"abc\"", "checkpointSha256: 'abc' does not have 64 lower-case hexadecimal digits")]
    public void S5_a_value_that_cannot_be_is_refused_with_its_field(string field, string value, string reason)
    {
        var manifest = street.Manifest();
        manifest.Remove(field);
        var text = manifest.ToJsonString();
        File.WriteAllText(street.ManifestPath, $"{text[..^1]},\"{field}\":{value}}}");

        var refusal = street.Refusal();

        Assert.StartsWith($"{street.ManifestPath}: {field}", refusal);
        Assert.Contains(reason, refusal);
        Assert.EndsWith(". Export the model again.", refusal);
        Assert.DoesNotContain('\n', refusal);
    }

    [Fact]
    public void S5_the_fields_that_are_missing_are_named_and_no_others()
    {
        var manifest = street.Manifest();
        manifest.Remove("labels");
        manifest.Remove("topD");
        street.Write(manifest);

        Assert.Equal($"{street.ManifestPath}: missing: labels, topD. Export the model again.", street.Refusal());
    }

    [Theory]
    [InlineData("\"name\":\"street\"", "\"name\":\"street\",\"name\":\"street\"", "name")]
    [InlineData("\"numClasses\":3", "\"numClasses\":3,\"numClasses\":3", "training.numClasses")]
    [InlineData("\"numClasses\":3", "\"numClasses\":3,\"more\":[{\"a\":1},{\"a\":1,\"a\":2}]", "training.more[1].a")]
    [InlineData("\"name\":\"street\"", "\"name\":\"street\",\"remark\":1,\"remark\":2", "remark")]
    public void S5_a_field_that_stands_there_twice_is_refused(string once, string twice, string field)
    {
        File.WriteAllText(street.ManifestPath, street.Manifest().ToJsonString().Replace(once, twice, StringComparison.Ordinal));

        Assert.Equal($"{street.ManifestPath}: {field}: this field occurs twice. Export the model again.", street.Refusal());
    }

    [Fact]
    public void S5_bytes_that_are_no_text_are_refused()
    {
        var bytes = System.Text.Encoding.Latin1.GetBytes(
            street.Manifest().ToJsonString().Replace("Truck", "Tr\u00fcck", StringComparison.Ordinal));
        File.WriteAllBytes(street.ManifestPath, bytes);

        Assert.Equal($"{street.ManifestPath}: this text is damaged: not all of it is UTF-8. Export the model again.", street.Refusal());
    }

    [Fact]
    public void Fields_of_a_later_program_are_passed_over()
    {
        var manifest = street.Manifest();
        manifest["remark"] = "from later";
        manifest["training"]!["remark"] = "from later";
        street.Write(manifest);

        Assert.Equal(1, ModelDirectory.Open(street.Folder).Manifest.Version);
    }

    [Fact]
    public void A_model_without_training_may_have_any_number_of_classes()
    {
        var manifest = street.Manifest();
        manifest["training"] = null;
        manifest["labels"] = new JsonArray("Car", "traffic light", "Bus");
        street.Write(manifest);

        Assert.Equal(3, ModelDirectory.Open(street.Folder).Manifest.Labels.Count);
    }

    public void Dispose() => street.Dispose();
}
