using System.Text.Json;

namespace Pipeline.Serving.Tests.Protocols.OpenInference;

/// <summary>What the service says about itself and its models over HTTP.</summary>
public sealed class RestModelTests(OpenInferenceFixture service) : IClassFixture<OpenInferenceFixture>
{
    [Theory]
    [InlineData("/v2"), InlineData("/v2/")]
    public async Task The_server_names_itself_and_its_extensions(string path)
    {
        var metadata = await Get(path);

        Assert.Equal("pipeline-serve", metadata.GetProperty("name").GetString());
        Assert.NotEmpty(metadata.GetProperty("version").GetString()!);
        Assert.Equal(
            ["binary_tensor_data", "model_repository", "statistics", "schedule_policy", "parameters", "model_configuration"],
            metadata.GetProperty("extensions").EnumerateArray().Select(extension => extension.GetString()!));
    }

    [Theory]
    [InlineData("/v2/health/live", """{"live":true}""")]
    [InlineData("/v2/health/ready", """{"ready":true}""")]
    [InlineData("/v2/models/tiny/ready", """{"name":"tiny","ready":true}""")]
    [InlineData("/v2/models/tiny/versions/1/ready", """{"name":"tiny","ready":true}""")]
    public async Task Live_and_ready_are_200_with_what_clients_read(string path, string expected) =>
        Assert.Equal(expected, (await Get(path)).GetRawText());

    [Theory]
    [InlineData("/v2/models/tiny"), InlineData("/v2/models/tiny/versions/1")]
    public async Task A_model_is_described_by_its_tensors(string path)
    {
        var metadata = await Get(path);

        Assert.Equal("tiny", metadata.GetProperty("name").GetString());
        Assert.Equal("""["1"]""", metadata.GetProperty("versions").GetRawText());
        Assert.Equal("onnx_onnxv1", metadata.GetProperty("platform").GetString());
        Assert.Equal("""[{"name":"images","datatype":"UINT8","shape":[-1,-1,-1,3]}]""", metadata.GetProperty("inputs").GetRawText());
        var rows = service.Rows;
        Assert.Equal(
            [$"boxes FP32 [-1,{rows},4]", $"scores FP32 [-1,{rows}]", $"labels INT64 [-1,{rows}]", "num_detections INT64 [-1]"],
            metadata.GetProperty("outputs").EnumerateArray().Select(tensor =>
                $"{tensor.GetProperty("name")} {tensor.GetProperty("datatype")} {tensor.GetProperty("shape").GetRawText()}"));
        Assert.Contains("BYTES", metadata.GetProperty("properties").GetProperty("images").GetString());
        Assert.StartsWith("Car,", metadata.GetProperty("properties").GetProperty("labels").GetString());
    }

    [Theory]
    [InlineData("/v2/models/tiny/config"), InlineData("/v2/models/tiny/versions/1/config")]
    public async Task A_model_is_configured_in_tritons_terms_without_the_batch_dimension(string path)
    {
        var config = await Get(path);

        Assert.Equal(OpenInferenceFixture.MaxImages, config.GetProperty("max_batch_size").GetInt32());
        Assert.Equal("""[{"name":"images","data_type":"TYPE_UINT8","dims":[-1,-1,3]}]""", config.GetProperty("input").GetRawText());
        Assert.Equal(
            [$"boxes TYPE_FP32 [{service.Rows},4]", $"scores TYPE_FP32 [{service.Rows}]", $"labels TYPE_INT64 [{service.Rows}]"],
            config.GetProperty("output").EnumerateArray().Take(3).Select(tensor =>
                $"{tensor.GetProperty("name")} {tensor.GetProperty("data_type")} {tensor.GetProperty("dims").GetRawText()}"));
        Assert.Equal("""{"latest":{"num_versions":1}}""", config.GetProperty("version_policy").GetRawText());
        Assert.Equal("""[{"name":"tiny_0","kind":"KIND_CPU","count":1}]""", config.GetProperty("instance_group").GetRawText());
        Assert.Equal(
            """{"preferred_batch_size":[1],"max_queue_delay_microseconds":20000}""",
            config.GetProperty("dynamic_batching").GetRawText());
        Assert.Equal("onnxruntime_onnx", config.GetProperty("platform").GetString());
        Assert.Equal("model.onnx", config.GetProperty("default_model_filename").GetString());
    }

    [Theory]
    [InlineData(""), InlineData("{}"), InlineData("""{"ready":true}"""), InlineData("""{"ready":false,"x":[1]}""")]
    public async Task The_index_is_a_bare_array(string body)
    {
        using var content = new StringContent(body);
        var answer = await RestAnswer.Of(await service.Client.PostAsync("/v2/repository/index", content, Cancellation));

        Assert.Equal("""[{"name":"tiny","version":"1","state":"READY","reason":""}]""", answer.Json.GetRawText());
        Assert.Equal("application/json", $"{answer.Response.Content.Headers.ContentType}");
    }

    [Theory]
    [InlineData("index", """{"ready":1}""", 400, "ready must be true or false")]
    [InlineData("index", "[]", 400, "the body must be a JSON object")]
    [InlineData("index", "{", 400, "not valid JSON")]
    [InlineData("index", """{"ready":true,"ready":true}""", 400, "ready is sent twice")]
    [InlineData("models/tiny/load", """{"parameters":{"config":"{}"}}""", 400, "'config' would replace files")]
    [InlineData("models/tiny/load", """{"parameters":{"file:1/model.onnx":"AAAA"}}""", 400, "'file:1/model.onnx' would replace files")]
    [InlineData("models/tiny/load", """{"parameters":{"\ud800":1}}""", 400, "not valid Unicode")]
    [InlineData("models/a%2Fb/load", "", 400, "is not a valid model name")]
    [InlineData("models/tiny/unload", """{"parameters":[]}""", 400, "parameters must be a JSON object")]
    [InlineData("models/tiny/load", "{}", 501, "does not load or unload models on request")]
    [InlineData("models/tiny/unload", """{"parameters":{"unload_dependents":false}}""", 501, "does not load or unload models on request")]
    public async Task A_request_of_the_repository_that_is_wrong_is_refused(string path, string body, int status, string reason)
    {
        using var content = new StringContent(body);
        var answer = await RestAnswer.Of(await service.Client.PostAsync($"/v2/repository/{path}", content, Cancellation));

        Assert.Equal(status, answer.Status);
        Assert.Contains(reason, answer.Error);
    }

    [Fact]
    public async Task Statistics_count_images_and_executions()
    {
        var before = await Count();
        var answer = await RestRequest.OfBinary("[2,1,1,3]", [1, 2, 3, 4, 5, 6]).Send(service.Client);
        Assert.Equal(200, answer.Status);

        var after = await Count();

        Assert.Equal(2, after.Images - before.Images);
        Assert.Equal(2, after.Executions - before.Executions);
        var all = await Get("/v2/models/stats");
        var stats = Assert.Single(all.GetProperty("model_stats").EnumerateArray());
        Assert.Equal(
            ["name", "version", "last_inference", "inference_count", "execution_count", "inference_stats", "batch_stats"],
            stats.EnumerateObject().Select(pair => pair.Name));
        Assert.Equal(
            ["success", "fail", "queue", "compute_input", "compute_infer", "compute_output", "cache_hit", "cache_miss"],
            stats.GetProperty("inference_stats").EnumerateObject().Select(pair => pair.Name));
        Assert.True(stats.GetProperty("inference_stats").GetProperty("queue").GetProperty("count").GetInt64() > 0);
        Assert.True(stats.GetProperty("batch_stats")[0].GetProperty("compute_infer").GetProperty("ns").GetInt64() > 0);
    }

    [Theory]
    [InlineData("/v2/models/other"), InlineData("/v2/models/other/stats"), InlineData("/v2/models/other/ready")]
    [InlineData("/v2/models/tiny/versions/9/config"), InlineData("/v2/models/tiny/versions/9/stats")]
    public async Task Questions_about_unknown_models_are_404(string path) =>
        Assert.Equal(404, (await RestAnswer.Of(await service.Client.GetAsync(path, Cancellation))).Status);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<JsonElement> Get(string path)
    {
        var answer = await RestAnswer.Of(await service.Client.GetAsync(path, Cancellation));
        Assert.Equal(200, answer.Status);
        Assert.Equal("application/json", $"{answer.Response.Content.Headers.ContentType}");
        return answer.Json;
    }

    private async Task<(long Images, long Executions)> Count()
    {
        var stats = (await Get("/v2/models/tiny/stats")).GetProperty("model_stats")[0];
        return (stats.GetProperty("inference_count").GetInt64(), stats.GetProperty("execution_count").GetInt64());
    }
}
