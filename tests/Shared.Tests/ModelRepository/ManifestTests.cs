using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Shared.Tests.ModelRepository;

/// <summary>Manifests that were damaged on the way or edited by hand.</summary>
public sealed class ManifestTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("manifests").FullName;
    private readonly string folder;

    public ManifestTests()
    {
        folder = Path.Combine(root, "street", "1");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, ModelDirectory.ModelFileName), "a model");
        Write(Good());
    }

    private string ManifestPath => Path.Combine(folder, "manifest.json");

    [Fact]
    public void The_manifest_that_the_cases_change_opens() => Assert.Equal("street", ModelDirectory.Open(folder).Manifest.Name);

    [Theory]
    [InlineData("", ": the file is empty.")]
    [InlineData(" \n", ": the file is empty.")]
    [InlineData("null", ": this is no manifest: an object in braces is expected.")]
    [InlineData("[]", ": this is no manifest: an object in braces is expected.")]
    [InlineData("7", ": this is no manifest: an object in braces is expected.")]
    [InlineData("{\n\"name\": \"street\",\n", ":3: from here on this is no JSON.")]
    [InlineData("{\n\"name\": \"street\",\n}", ":3: from here on this is no JSON.")]
    [InlineData("{} {}", ":1: from here on this is no JSON.")]
    [InlineData("{\"\\ud800\": 1}", ": the name of a field is no text.")]
    [InlineData("{\"contractVersion\": 2}", ": contractVersion: contract version 2; this program reads 1.")]
    public void S5_a_file_that_is_no_manifest_is_refused_in_one_line(string text, string reason)
    {
        File.WriteAllText(ManifestPath, text);

        Assert.Equal($"{ManifestPath}{reason} Export the model again.", Refusal());
    }

    [Theory]
    [InlineData("name", "7", "name: expected a text")]
    [InlineData("name", "null", "name: expected a text")]
    [InlineData("version", "\"1\"", "version: expected a whole number from 1 to 2147483647")]
    [InlineData("version", "1.5", "version: expected a whole number from 1 to 2147483647")]
    [InlineData("version", "99999999999", "version: expected a whole number from 1 to 2147483647")]
    [InlineData("contractVersion", "\"1\"", "contractVersion: expected a whole number from 1 to 2147483647")]
    [InlineData("scoreThreshold", "\"NaN\"", "scoreThreshold: expected a number from 0 to 1")]
    [InlineData("labels", "\"Car\"", "labels: expected a list of class names")]
    [InlineData("labels", "null", "labels: expected a list of class names")]
    [InlineData("labels", "[\"Car\", 2]", "labels[1]: expected a text")]
    [InlineData("labels", "[\"\\ud800\"]", "labels[0]: expected a text")]
    [InlineData("leak", "3", "leak: expected whole numbers validationImages and testImages")]
    [InlineData("leak", "{\"testImages\": \"3\"}", "leak.testImages: expected whole numbers validationImages and testImages")]
    [InlineData("labelMap", "[]", "labelMap: expected an object with a class for each type")]
    [InlineData("labelMap", "{\"Van\": 3}", "labelMap.Van: expected a text")]
    [InlineData("files", "[]", "files: expected for each file a text sha256 and a whole number sizeBytes")]
    [InlineData(
        "files",
        "{\"model.onnx\": {\"sha256\": \"\", \"sizeBytes\": \"7\"}}",
        "files['model.onnx'].sizeBytes: expected for each file a text sha256 and a whole number sizeBytes")]
    [InlineData("created", "\"yesterday\"", "created: expected a date and time, as 2026-01-31T12:00:00+00:00")]
    public void S5_a_value_of_another_kind_is_refused_with_line_field_and_what_is_expected(string field, string value, string reason)
    {
        var manifest = Good();
        manifest[field] = JsonNode.Parse("0");
        var marked = manifest.ToJsonString(new JsonSerializerOptions { WriteIndented = true }).Split('\n');
        var line = Array.FindIndex(marked, text => text.StartsWith($"  \"{field}\":", StringComparison.Ordinal));
        marked[line] = marked[line].Replace("\": 0", $"\": {value}", StringComparison.Ordinal);
        File.WriteAllText(ManifestPath, string.Join('\n', marked));

        Assert.Equal($"{ManifestPath}:{line + 1}: {reason}. Export the model again.", Refusal());
    }

    [Theory]
    [InlineData("labels", "[]", "labels: at least one class is needed")]
    [InlineData("labels", "[null, \"Car\"]", "labels[0]: a class has a name of one line")]
    [InlineData("labels", "[\"Car\", \" \"]", "labels[1]: a class has a name of one line")]
    [InlineData("labels", "[\"Car\", \"a\\nb\"]", "labels[1]: a class has a name of one line")]
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
    [InlineData("name", "\"\"", "name: '' cannot name a model")]
    [InlineData("name", "\"../up\"", "name: '../up' cannot name a model")]
    [InlineData("name", "\"street\\n\"", "cannot name a model")]
    [InlineData("name", "\"cars\"", "name: 'cars', but the folder is 'street': name the folders cars/1")]
    [InlineData("version", "2", "version: 2, but the folder is 1: name the folders street/2")]
    [InlineData("leak", "{\"validationImages\": 0, \"testImages\": -1}", "leak: 0 and -1 images; a count is not less than 0")]
    [InlineData("labelMap", "{\"Van\": \"Bus\"}", "labelMap: 'Van' becomes 'Bus', which is none of the labels")]
    [InlineData("labelMap", "{\"Van\": null}", "labelMap: 'Van' becomes '', which is none of the labels")]
    [InlineData("labelMap", "{\"Car\": \"Truck\"}", "labelMap: 'Car' is a label of its own")]
    [InlineData("files", "{}", "files: model.onnx is not listed")]
    [InlineData("files", "{\"model.onnx\": null}", "files: 'model.onnx' needs sha256")]
    [InlineData("files", "{\"model.onnx\": {}}", "files: 'model.onnx' needs sha256")]
    [InlineData("files", "{\"model.onnx\": {\"sha256\": \"ABC\", \"sizeBytes\": 7}}", "files: 'model.onnx' needs sha256")]
    [InlineData("checkpointSha256", "\"abc\"", "checkpointSha256: 'abc' has not 64 hexadecimal digits")]
    public void S5_a_value_that_cannot_be_is_refused_with_its_field(string field, string value, string reason)
    {
        var manifest = Good();
        manifest.Remove(field);
        var text = manifest.ToJsonString();
        File.WriteAllText(ManifestPath, $"{text[..^1]},\"{field}\":{value}}}");

        var refusal = Refusal();

        Assert.StartsWith($"{ManifestPath}: {field}", refusal);
        Assert.Contains(reason, refusal);
        Assert.EndsWith(". Export the model again.", refusal);
        Assert.DoesNotContain('\n', refusal);
    }

    [Fact]
    public void S5_a_file_outside_the_folder_is_refused()
    {
        var manifest = Good();
        manifest["files"]!["../other"] = new JsonObject { ["sha256"] = "", ["sizeBytes"] = 0 };
        Write(manifest);

        Assert.Contains("files: '../other' is not a plain file name", Refusal());
    }

    [Fact]
    public void S5_bytes_that_are_no_text_are_refused()
    {
        var bytes = System.Text.Encoding.Latin1.GetBytes(Good().ToJsonString().Replace("Truck", "Tr\u00fcck", StringComparison.Ordinal));
        File.WriteAllBytes(ManifestPath, bytes);

        Assert.Equal($"{ManifestPath}: this text is damaged: not all of it is UTF-8. Export the model again.", Refusal());
    }

    [Fact]
    public void S5_the_models_file_may_be_a_link_and_a_link_to_nothing_is_told()
    {
        var model = Path.Combine(folder, ModelDirectory.ModelFileName);
        var elsewhere = Path.Combine(root, "blob");
        File.Move(model, elsewhere);
        Assert.Equal($"{model}: there is no such file of the model.", Refusal());

        File.CreateSymbolicLink(model, elsewhere);
        Assert.Equal("street", ModelDirectory.Open(folder).Manifest.Name);

        File.Delete(elsewhere);
        Assert.StartsWith($"{model}: this is a link to {elsewhere}, which is not there", Refusal());
    }

    [Fact]
    public void S5_the_fields_that_are_missing_are_named_and_no_others()
    {
        var manifest = Good();
        manifest.Remove("labels");
        manifest.Remove("topD");
        Write(manifest);

        Assert.Equal($"{ManifestPath}: missing: labels, topD. Export the model again.", Refusal());
    }

    [Theory]
    [InlineData("\"name\":\"street\"", "\"name\":\"street\",\"name\":\"street\"", "name")]
    [InlineData("\"numClasses\":3", "\"numClasses\":3,\"numClasses\":3", "training.numClasses")]
    [InlineData("\"numClasses\":3", "\"numClasses\":3,\"more\":[{\"a\":1},{\"a\":1,\"a\":2}]", "training.more[1].a")]
    [InlineData("\"name\":\"street\"", "\"name\":\"street\",\"remark\":1,\"remark\":2", "remark")]
    public void S5_a_field_that_stands_there_twice_is_refused(string once, string twice, string field)
    {
        File.WriteAllText(ManifestPath, Good().ToJsonString().Replace(once, twice, StringComparison.Ordinal));

        Assert.Equal($"{ManifestPath}: {field}: this field stands there twice. Export the model again.", Refusal());
    }

    [Fact]
    public void Fields_of_a_later_program_are_passed_over()
    {
        var manifest = Good();
        manifest["remark"] = "from later";
        manifest["training"]!["remark"] = "from later";
        Write(manifest);

        Assert.Equal(1, ModelDirectory.Open(folder).Manifest.Version);
    }

    [Fact]
    public void A_model_without_training_may_have_any_number_of_classes()
    {
        var manifest = Good();
        manifest["training"] = null;
        manifest["labels"] = new JsonArray("Car", "traffic light", "Bus");
        Write(manifest);

        Assert.Equal(3, ModelDirectory.Open(folder).Manifest.Labels.Count);
    }

    [Theory]
    [InlineData("copy"), InlineData("street-1"), InlineData("deep/er/model")]
    public void S5_a_copy_in_a_folder_whose_name_is_no_number_opens(string name)
    {
        var copy = Path.Combine(root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        Directory.Move(folder, copy);

        Assert.Equal("street", ModelDirectory.Open(copy).Manifest.Name);
        Assert.Equal("street", ModelDirectory.Open(copy + "/").Manifest.Name);
    }

    [Fact]
    public void S5_a_model_opens_through_links_to_its_name_and_its_version()
    {
        Directory.CreateSymbolicLink(Path.Combine(root, "alias"), "street");
        Directory.CreateSymbolicLink(Path.Combine(root, "street", "2"), "1");

        Assert.Equal(1, ModelDirectory.Open(Path.Combine(root, "alias", "1")).Manifest.Version);
        Assert.Equal(1, ModelDirectory.Open(Path.Combine(root, "street", "2")).Manifest.Version);
        Assert.Equal(1, ModelDirectory.Open(Path.Combine(root, "alias", "2")).Manifest.Version);
    }

    [Fact]
    public void S5_the_folders_of_a_repository_may_be_links_to_a_store_with_other_names()
    {
        var store = Path.Combine(root, "store-7f3a");
        Directory.Move(Path.Combine(root, "street"), store);
        Directory.CreateSymbolicLink(Path.Combine(root, "street"), store);

        Assert.Equal("street", ModelDirectory.Open(folder).Manifest.Name);
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private string Refusal() => Assert.Throws<UserErrorException>(() => ModelDirectory.Open(folder)).Message;

    private void Write(JsonObject manifest) => File.WriteAllText(ManifestPath, manifest.ToJsonString());

    private JsonObject Good()
    {
        var digest = ModelDirectory.Digest(Path.Combine(folder, ModelDirectory.ModelFileName));
        return new JsonObject
        {
            ["contractVersion"] = 1,
            ["name"] = "street",
            ["version"] = 1,
            ["labels"] = new JsonArray("Car", "Truck"),
            ["labelMap"] = new JsonObject { ["Van"] = "Car" },
            ["maxInputSidePixels"] = 4096,
            ["scoreThreshold"] = 0.05,
            ["topD"] = 100,
            ["precision"] = "fp32",
            ["opset"] = 18,
            ["files"] = new JsonObject
            {
                [ModelDirectory.ModelFileName] = new JsonObject { ["sha256"] = digest.Sha256, ["sizeBytes"] = digest.SizeBytes },
            },
            ["checkpointSha256"] = null,
            ["training"] = new JsonObject { ["numClasses"] = 3 },
            ["created"] = "2026-01-31T12:00:00+00:00",
            ["tool"] = "a test",
        };
    }
}
