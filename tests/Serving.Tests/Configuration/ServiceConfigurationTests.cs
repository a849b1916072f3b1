using System.Text.Json;
using Pipeline.Serving.Tests.Programs;

namespace Pipeline.Serving.Tests.Configuration;

/// <summary>The service's options from the file, the environment and the command line of a real process.</summary>
public sealed class ServiceConfigurationTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("service-configuration").FullName;

    [Fact]
    public async Task Each_place_lies_over_the_one_before()
    {
        var file = Write("""
            // a comment
            {
              "BATCHING": { "maxBatchSize": 2, "maxQueueDelayMs": 2, "maxQueueLength": 2 },
              "execution": { "provider": "tensorrt" },
              "verbosity": "quiet",
            }
            """);

        var end = await Config(
            ["--config", file, "--max-batch-size", "4", "--warm-up-sizes", "10x20,30x40", "50x60", "--fp16"],
            ("PIPELINE__BATCHING__MAXBATCHSIZE", "3"),
            ("pipeline__batching__maxqueuelength", "3"),
            ("PIPELINE__REPOSITORY__MODEL", "2024"));

        var options = Json(end);
        var batching = options.GetProperty("batching");
        Assert.Equal((4, 2, 3), (Int(batching, "maxBatchSize"), Int(batching, "maxQueueDelayMs"), Int(batching, "maxQueueLength")));
        Assert.Equal("tensorrt", options.GetProperty("execution").GetProperty("provider").GetString());
        Assert.True(options.GetProperty("execution").GetProperty("fp16").GetBoolean());
        Assert.Equal(64, Int(options.GetProperty("limits"), "maxImages"));
        Assert.Equal(JsonValueKind.Null, options.GetProperty("listen").GetProperty("metricsUrl").ValueKind);
        Assert.Equal("2024", options.GetProperty("repository").GetProperty("model").GetString());
        Assert.Equal("quiet", options.GetProperty("verbosity").GetString());
        var sizes = options.GetProperty("repository").GetProperty("warmUpSizes").EnumerateArray().Select(size => size.GetString());
        Assert.Equal(["10x20", "30x40", "50x60"], sizes);
        Assert.Contains("batching.maxBatchSize: --max-batch-size\n", end.Errors);
        Assert.Contains($"batching.maxQueueDelayMs: {file}:3\n", end.Errors);
        Assert.Contains("batching.maxQueueLength: pipeline__batching__maxqueuelength\n", end.Errors);
    }

    [Fact]
    public async Task What_config_prints_is_a_file_of_config()
    {
        var first = await Config(["--max-batch-size", "4"]);
        var again = await Config(["--config", Write(first.Output)]);

        Assert.Equal(0, again.Code);
        Assert.Equal(first.Output, again.Output);
    }

    [Fact]
    public async Task Secrets_are_masked_and_have_no_flag()
    {
        var end = await Config(
            ["--config", Write("""{"security":{"certificatePassword":"hidden-1"}}""")],
            ("PIPELINE__SECURITY__APIKEYS", "hidden-key-of-the-first,hidden-key-of-the-second"));

        var security = Json(end).GetProperty("security");
        Assert.Equal("***", security.GetProperty("certificatePassword").GetString());
        Assert.Equal(["***", "***"], security.GetProperty("apiKeys").EnumerateArray().Select(key => key.GetString()));
        Assert.DoesNotContain("hidden", end.Output + end.Errors);
        Assert.Contains("security.apiKeys: PIPELINE__SECURITY__APIKEYS\n", end.Errors);
        var typed = await Config(["--api-keys", "0123456789abcdef"]);
        Assert.Equal(2, typed.Code);
        Assert.Contains("'--api-keys'", typed.Errors);
    }

    [Fact]
    public async Task Flags_may_stand_before_the_name_of_the_command()
    {
        var end = await Run(["--max-batch-size", "4", "config", "--fp16", "false"]);

        Assert.Equal(4, Int(Json(end).GetProperty("batching"), "maxBatchSize"));
    }

    [Theory]
    [InlineData("--help"), InlineData("detect --help"), InlineData("config --help"), InlineData("--max-pixels many --help")]
    public async Task Help_is_given_whatever_else_is_wrong(string line)
    {
        var end = await Run(line.Split(' '));

        Assert.Equal((0, ""), (end.Code, end.Errors));
        Assert.Contains("--verbosity", end.Output);
    }

    [Theory]
    [InlineData("--max-pixels", "many", "--max-pixels: 'many' is not a whole number from 1 to 500000000.")]
    [InlineData("--max-batch-size", "65", "--max-batch-size: '65' is not a whole number from 1 to 64.")]
    [InlineData("--provider", "gpu", "--provider: 'gpu' is not one of cpu, cuda, tensorrt.")]
    [InlineData("--model-control", "1", "--model-control: '1' is not one of none, poll, explicit.")]
    [InlineData("--fp16", "maybe", "--fp16: 'maybe' is neither true nor false.")]
    [InlineData("--config", "nowhere.json", "nowhere.json: there is no such configuration file.")]
    public async Task A_wrong_flag_is_exit_code_2_with_what_was_given_and_what_is_allowed(string flag, string value, string message) =>
        Refused(await Config([flag, value]), message);

    [Theory]
    [InlineData("PIPELINE__BATCHING__MAXBATCHSIZES", "3", "batching.MAXBATCHSIZES: there is no such setting; did you mean maxBatchSize")]
    [InlineData("PIPELINE__EXECUTION__PROVIDER", "rocm", "'rocm' is not one of cpu, cuda, tensorrt.")]
    [InlineData("PIPELINE__BATCHING__MAXQUEUEDELAYMS", "1e9", "'1e9' is not a number from 0 to 60000.")]
    [InlineData("PIPELINE__BATCHING", "{}", "holds settings of its own")]
    public async Task A_wrong_variable_is_exit_code_2_and_is_named(string variable, string value, string message) =>
        Refused(await Config([], (variable, value)), $"{variable}: ", message);

    [Theory]
    [InlineData("{\n\"batching\": { \"maxBatchSise\": 4 } }", ":2: batching.maxBatchSise: there is no such setting; did you mean maxBatch")]
    [InlineData("{\n\"maxBatchSize\": 4 }", ":2: maxBatchSize: there is no such setting; known are batching,")]
    [InlineData("{\n\"batching\": { \"maxBatchSize\": 65 } }", ":2: batching.maxBatchSize: 65 is refused; it must be from 1 to 64.")]
    [InlineData("{\n\"batching\": { \"maxBatchSize\": \"4x\" } }", "it must be a whole number from 1 to 64, not \"4x\".")]
    [InlineData("{\n\"execution\": { \"provider\": \"gpu\" } }", "it must be one of cpu, cuda, tensorrt, not \"gpu\".")]
    [InlineData("{\n\"execution\": { \"effectiveThreads\": 4 } }", "there is no such setting")]
    [InlineData("{\n\"limits\": { \"maxPixels\": 1, \"MaxPixels\": 2 } }", "the setting is given twice")]
    [InlineData("{\n\"limits\": null }", ":2: limits: null is refused")]
    [InlineData("{\n\"limits\": 3 }", ":2: limits: the value has the wrong type; it must be settings in braces, not 3.")]
    [InlineData("{\n\"limits\": {", ":2: not JSON")]
    [InlineData("[]", "an object in braces")]
    public async Task A_wrong_file_is_exit_code_2_with_its_line(string json, string message)
    {
        var file = Write(json);

        Refused(await Config(["--config", file]), file, message);
    }

    [Fact]
    public async Task The_service_itself_refuses_what_config_refuses()
    {
        var end = await Run(["--config", Write("""{"listen":{"port":80}}""")]);

        Refused(end, "listen.port: there is no such setting");
    }

    [Fact]
    public async Task Nothing_comes_from_another_place()
    {
        File.WriteAllText(Path.Combine(folder, "appsettings.json"), """{"batching":{"maxBatchSize":7},"Logging":{"x":1}}""");
        File.WriteAllText(Path.Combine(folder, "pipeline.json"), """{"batching":{"maxBatchSize":7}}""");

        var end = await Config(
            [],
            ("ASPNETCORE_URLS", "http://127.0.0.1:1"),
            ("DOTNET_batching__maxBatchSize", "7"),
            ("ASPNETCORE_batching__maxBatchSize", "7"),
            ("batching__maxBatchSize", "7"),
            ("Kestrel__Limits__MaxRequestBodySize", "7"),
            ("PIPELINE_BATCHING_MAXBATCHSIZE", "7"));

        Assert.Equal(JsonValueKind.Null, Json(end).GetProperty("batching").GetProperty("maxBatchSize").ValueKind);
        Assert.Empty(end.Errors);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static int Int(JsonElement record, string name) => record.GetProperty(name).GetInt32();

    private static JsonElement Json(ProgramEnd end)
    {
        Assert.True(end.Code == 0, end.Errors);
        return JsonDocument.Parse(end.Output).RootElement;
    }

    private static void Refused(ProgramEnd end, params string[] says)
    {
        Assert.Equal(2, end.Code);
        Assert.Empty(end.Output);
        var error = Assert.Single(end.Errors.Split('\n'), line => line.StartsWith("error: ", StringComparison.Ordinal));
        Assert.All(says, text => Assert.Contains(text, error));
    }

    private Task<ProgramEnd> Config(string[] arguments, params (string Name, string Value)[] environment) =>
        Run(["config", .. arguments], environment);

    private Task<ProgramEnd> Run(string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = BuiltPrograms.Start(BuiltPrograms.Serve, arguments);
        start.WorkingDirectory = folder;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return BuiltPrograms.Run(start, TestContext.Current.CancellationToken);
    }

    private string Write(string text)
    {
        var path = Path.Combine(folder, $"{Guid.NewGuid():N}.json");
        File.WriteAllText(path, text);
        return path;
    }
}
