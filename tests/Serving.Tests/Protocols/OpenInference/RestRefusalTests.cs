using System.Text;

namespace Pipeline.Serving.Tests.Protocols.OpenInference;

/// <summary>What a client sends wrong over HTTP: the status, and an error object that names the field.</summary>
public sealed class RestRefusalTests(OpenInferenceFixture service) : IClassFixture<OpenInferenceFixture>
{
    private const string Pixel = """[{"name":"images","shape":[1,1,1,3],"datatype":"UINT8","data":[0,1,2]}]""";

    [Theory]
    [InlineData("", "body is empty")]
    [InlineData("[]", "the body must be a JSON object")]
    [InlineData("{}", "inputs is missing")]
    [InlineData("{\"inputs\":", "not valid JSON at line 1")]
    [InlineData("{\"inputs\":[]}", "inputs is empty")]
    [InlineData("{\"inputs\":{}}", "inputs must be an array")]
    [InlineData("{\"inputs\":[1]}", "inputs[0] must be a JSON object")]
    [InlineData("""{"inputs":[{"shape":[1,1,1,3],"datatype":"UINT8","data":[0,1,2]}]}""", "inputs[0].name is missing")]
    [InlineData("""{"inputs":[{"name":"images","datatype":"UINT8","data":[0,1,2]}]}""", "inputs[0].shape is missing")]
    [InlineData("""{"inputs":[{"name":"images","shape":[1,1,1,3],"data":[0,1,2]}]}""", "inputs[0].datatype is missing")]
    [InlineData("""{"inputs":[{"name":"images","shape":[1,1,1,3],"datatype":"UINT8"}]}""", "inputs[0]: it has no data")]
    [InlineData("""{"inputs":[{"name":7,"shape":[1,1,1,3],"datatype":"UINT8","data":[0,1,2]}]}""", "inputs[0].name must be a string")]
    [InlineData("""{"inputs":[{"name":"other","shape":[1,1,1,3],"datatype":"UINT8","data":[0,1,2]}]}""", "no input 'other'")]
    [InlineData("""{"id":5,"inputs":[]}""", "id must be a string")]
    [InlineData("""{"id":"a","id":"b","inputs":[]}""", "id is sent twice")]
    [InlineData("""{"inputs":[],"\u0069nputs":[]}""", "inputs is sent twice")]
    [InlineData("""{"id":"\ud800","inputs":[]}""", "not valid Unicode")]
    [InlineData("""{"\ud800":1,"inputs":[]}""", "not valid Unicode")]
    [InlineData("""{"inputs":[]} x""", "not valid JSON")]
    [InlineData("\ufeff{\"inputs\":[]}", "not valid JSON")]
    [InlineData("""{"parameters":{"a":[1]},"inputs":[]}""", "parameters.a must be a string, a number or a boolean")]
    [InlineData("""{"parameters":{"a":1,"a":2},"inputs":[]}""", "'a' is sent twice")]
    [InlineData("""{"parameters":7,"inputs":[]}""", "parameters must be a JSON object")]
    [InlineData("""{"outputs":[{}],"inputs":[]}""", "outputs[0].name is missing")]
    public Task A_body_that_is_not_a_request_is_400_and_the_field_is_named(string json, string reason) =>
        Refused(new RestRequest(json), 400, reason);

    [Theory]
    [InlineData("[1,1,1,3]", "[0,1]", "2 elements, but the shape has 3")]
    [InlineData("[1,1,1,3]", "[0,1,2,3]", "more elements than the 3")]
    [InlineData("[1,1,1,3]", "[[0,1,2]]", "dimension 2 holds a value")]
    [InlineData("[1,1,1,3]", "[[[[0,1,2]],[]]]", "dimension 1 has more than the 1")]
    [InlineData("[1,1,1,3]", "[[[[0,1]]]]", "dimension 3 has 2 entries")]
    [InlineData("[1,1,1,3]", "[[[[0,1,2,3]]]]", "dimension 3 has more than the 3")]
    [InlineData("[1,1,1,3]", "[[[[0,1,[2]]]]]", "element 2 is not a number")]
    [InlineData("[1,1,1,3]", "[0,[1],2]", "element 1 is not a number")]
    [InlineData("[1,1,1,3]", "{}", "it is not an array")]
    [InlineData("[1,1,1,3]", "[]", "0 elements")]
    [InlineData("[1,1,1,3]", "[0,1,256]", "element 2 is not a whole number from 0 to 255")]
    [InlineData("[1,1,1,3]", "[0,-1,2]", "element 1 is not a whole number")]
    [InlineData("[1,1,1,3]", "[0,0.5,2]", "element 1 is not a whole number")]
    [InlineData("[1,1,1,3]", "[0,1e999,2]", "element 1 is not a whole number")]
    [InlineData("[1,1,1,3]", "[0,1e-999999999,2]", null)]
    [InlineData("[1,1,1,3]", "[0,true,2]", "element 1 is not a number")]
    [InlineData("[1,1,1,3]", "[0,\"1\",2]", "element 1 is not a number")]
    [InlineData("[1,1,1,3]", "[0,null,2]", "element 1 is not a number")]
    [InlineData("[1,1,1,3]", "[0,NaN,2]", "not valid JSON")]
    [InlineData("[1,1,3]", "[0,1,2]", "3 dimensions do not fit UINT8")]
    [InlineData("[]", "[0,1,2]", "0 dimensions")]
    [InlineData("[0,1,1,3]", "[]", "every dimension must be at least 1")]
    [InlineData("[1,0,1,3]", "[]", "every dimension must be at least 1")]
    [InlineData("[1,1,3,1]", "[0,1,2]", "the last dimension must be 3")]
    [InlineData("[-1,1,1,3]", "[0,1,2]", "inputs[0].shape[0] must be a whole number")]
    [InlineData("[1,1,1.5,3]", "[0,1,2]", "inputs[0].shape[2] must be a whole number")]
    [InlineData("[1,1,1,9223372036854775808]", "[0,1,2]", "inputs[0].shape[3] must be a whole number")]
    [InlineData("[1,1,1,3,1,1,1,1,1]", "[0,1,2]", "more than 8 dimensions")]
    [InlineData("7", "[0,1,2]", "inputs[0].shape must be an array")]
    public Task Data_that_does_not_fit_its_shape_is_400(string shape, string data, string? reason) =>
        Refused(RestRequest.OfPixels(shape, data), reason is null ? 200 : 400, reason);

    [Theory]
    [InlineData("[5,1,1,3]", "5 images; the service takes up to 4")]
    [InlineData("[9223372036854775807,1,1,3]", "images; the service takes up to 4")]
    [InlineData("[1,4097,1,3]", "1 x 4097 pixels; sides of up to 4,096")]
    [InlineData("[1,9223372036854775807,9223372036854775807,3]", "sides of up to 4,096")]
    public Task A_shape_beyond_the_limits_is_413_before_anything_is_allocated(string shape, string reason) =>
        Refused(RestRequest.OfPixels(shape, "[0]"), 413, reason);

    [Theory]
    [InlineData("FP32", "[1,1,1,3]", "[0,1,2]", "'FP32' is not what this input takes")]
    [InlineData("uint8", "[1,1,1,3]", "[0,1,2]", "'uint8' is not")]
    [InlineData("BYTES", "[1,1]", "[\"a\"]", "2 dimensions do not fit BYTES")]
    [InlineData("BYTES", "[2]", "[\"a\"]", "1 elements, but the shape has 2")]
    [InlineData("BYTES", "[1]", "[\"a\",\"b\"]", "2 elements")]
    [InlineData("BYTES", "[1]", "[7]", "element 0 is not a string")]
    [InlineData("BYTES", "[1]", "[\"\\ud800\"]", "element 0 is not valid Unicode")]
    public Task Another_datatype_or_wrong_bytes_are_400(string datatype, string shape, string data, string reason) => Refused(
        new RestRequest($$"""{"inputs":[{"name":"images","shape":{{shape}},"datatype":"{{datatype}}","data":{{data}} }]}"""), 400, reason);

    [Theory]
    [InlineData("\"sequence_id\":5", "parameters.sequence_id: a detector keeps no state")]
    [InlineData("\"sequence_start\":true", "parameters.sequence_start")]
    [InlineData("\"priority\":3", "3 is not a priority")]
    [InlineData("\"priority\":-1", "parameters.priority must be a whole number")]
    [InlineData("\"priority\":\"1\"", "parameters.priority must be a whole number")]
    [InlineData("\"timeout\":-1", "parameters.timeout must be a whole number")]
    [InlineData("\"timeout\":1.5", "parameters.timeout must be a whole number")]
    [InlineData("\"timeout\":1e99", "parameters.timeout must be a whole number")]
    [InlineData("\"binary_data_output\":1", "parameters.binary_data_output must be true or false")]
    public Task A_parameter_without_a_valid_value_is_400(string parameter, string reason) =>
        Refused(new RestRequest($$"""{"parameters":{ {{parameter}} },"inputs":{{Pixel}} }"""), 400, reason);

    [Theory]
    [InlineData("""{"name":"probabilities"}""", "no output 'probabilities'; the outputs are boxes, scores, labels, num_detections")]
    [InlineData("""{"name":"boxes"},{"name":"boxes"}""", "outputs[1]: 'boxes' is named twice")]
    [InlineData("""{"name":"scores","parameters":{"classification":3}}""", "outputs[0]: classification is for classifiers")]
    [InlineData("""{"name":"scores","parameters":{"binary_data":"yes"}}""", "outputs[0].parameters.binary_data must be true or false")]
    [InlineData("""{"name":"scores","parameters":{"shared_memory_region":"a"}}""", "shared memory is not supported")]
    public Task An_output_that_cannot_be_had_is_400(string outputs, string reason) =>
        Refused(new RestRequest($$"""{"outputs":[{{outputs}}],"inputs":{{Pixel}} }"""), 400, reason);

    [Theory]
    [InlineData("-1", 400, "is not the length of the JSON")]
    [InlineData("x", 400, "is not the length of the JSON")]
    [InlineData("1e2", 400, "is not the length of the JSON")]
    [InlineData("99999999999999999999999", 400, "is not the length of the JSON")]
    [InlineData("0", 400, "raw binary request")]
    [InlineData("1000000", 400, "is 1,000,000, but the body has")]
    [InlineData("5", 400, "not valid JSON")]
    public Task A_wrong_length_of_the_json_is_400(string header, int status, string reason) =>
        Refused(RestRequest.OfBinary("[1,1,1,3]", [1, 2, 3]) with { Header = header }, status, reason);

    [Fact]
    public async Task A_doubled_length_of_the_json_is_400()
    {
        var request = RestRequest.OfBinary("[1,1,1,3]", [1, 2, 3]);
        var length = $"{RestRequest.HeaderLength}: {request.Json.Length}";

        var answer = await service.Exchange(
            OpenInferenceFixture.Head($"POST {request.Path}", $"Content-Length: {request.Body.Length}", length, length), request.Body);

        Assert.StartsWith("HTTP/1.1 400 ", Encoding.UTF8.GetString(answer));
    }

    [Fact]
    public async Task A_binary_tensor_that_does_not_fit_is_400()
    {
        var right = RestRequest.OfBinary("[1,1,1,3]", [1, 2, 3]);

        await Refused(right with { Binary = [1, 2] }, 400, "binary_data_size is 3, but 2 bytes are left");
        await Refused(right with { Binary = [1, 2, 3, 4] }, 400, "1 bytes are left over");
        await Refused(RestRequest.OfBinary("[1,1,1,3]", [1, 2]), 400, "2 bytes are sent, but the shape has 3 elements");
        await Refused(new RestRequest(right.Json), 400, "binary_data_size is 3, but 0 bytes are left");
        await Refused(
            right with { Json = right.Json.Replace("\"parameters\"", "\"data\":[1,2,3],\"parameters\"", StringComparison.Ordinal) },
            400,
            "both data and binary_data_size");
        await Refused(right with { Json = OfSize("-3") }, 400, "must be a whole number from 0");
        await Refused(right with { Json = OfSize("\"3\"") }, 400, "must be a whole number from 0");

        string OfSize(string size) => right.Json.Replace(":3 }", $":{size} }}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_list_of_images_are_refused_by_what_is_wrong()
    {
        var png = ServiceFixture.Png();
        byte[] length = BitConverter.GetBytes((uint)png.Length);

        await Refused(Files("[1]", [1, 0]), 400, "the length of element 0 is cut off");
        await Refused(Files("[1]", [255, 255, 255, 255, 1]), 400, "element 0 should have 4,294,967,295 bytes");
        await Refused(Files("[1]", [.. length, .. png, 0]), 400, "bytes are left over");
        await Refused(Files("[2]", [.. length, .. png]), 400, "1 elements are sent, but the shape has 2");
        await Refused(Files("[1]", [0, 0, 0, 0]), 415, "image 0");
        await Refused(Files("[1]", [4, 0, 0, 0, .. "text"u8]), 415, "image 0");
        await Refused(Files("[2]", [.. length, .. png, .. length, .. png[..^20], .. new byte[20]]), 422, "image 1");
        await Refused(Files("[1]", [.. BitConverter.GetBytes(png.Length / 2), .. png[..(png.Length / 2)]]), 422, "ends early");
        var wide = ServiceFixture.BlackPng(4097, 1);
        await Refused(Files("[1]", [.. BitConverter.GetBytes(wide.Length), .. wide]), 413, "4097 x 1");
    }

    [Fact]
    public async Task A_body_that_nests_too_deeply_or_is_too_long_is_refused()
    {
        var deep = new string('[', 10_000);
        await Refused(new RestRequest($$"""{"z":{{deep}}"""), 400, "not valid JSON");
        await Refused(RestRequest.OfPixels("[1,1,1,3]", deep), 400, "not valid JSON");
        await Refused(new RestRequest($$"""{"parameters":{"x":{{deep}}"""), 400, "parameters.x must be");

        using var message = new HttpRequestMessage(HttpMethod.Post, $"/v2/models/{TinyModel.Name}/infer");
        message.Content = new ByteArrayContent(new byte[OpenInferenceFixture.MaxBodyBytes + 1]);
        message.Headers.ExpectContinue = true;
        var answer = await RestAnswer.Of(await service.Client.SendAsync(message, TestContext.Current.CancellationToken));
        Assert.Equal(413, answer.Status);
        Assert.Contains("2,000,001 bytes", answer.Error);
    }

    [Fact]
    public async Task A_small_compressed_body_that_becomes_too_long_is_413_and_damaged_ones_are_400()
    {
        using var compressed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(compressed, System.IO.Compression.CompressionLevel.Fastest))
        {
            gzip.Write(new byte[50_000_000]);
        }

        var bomb = compressed.ToArray();
        Assert.Equal((413, "too long"), await Encoded(bomb, "gzip", "too long"));
        Assert.Equal((400, "Content-Encoding"), await Encoded("{}"u8.ToArray(), "gzip", "Content-Encoding"));
        Assert.Equal((400, "Content-Encoding"), await Encoded("{}"u8.ToArray(), "deflate", "Content-Encoding"));
        Assert.Equal((400, "valid JSON"), await Encoded(Zip("{\"inputs\":" + new string(' ', 9_000))[..40], "gzip", "valid JSON"));
        Assert.Equal((400, "inputs is empty"), await Encoded(Zip("{\"inputs\":[]}"), "gzip", "inputs is empty"));
    }

    [Theory]
    [InlineData("br"), InlineData("gzip, gzip"), InlineData("zstd")]
    public async Task An_unknown_compression_is_415_and_the_response_names_the_known_ones(string encoding)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, $"/v2/models/{TinyModel.Name}/infer");
        message.Content = new ByteArrayContent([1]);
        message.Content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        var answer = await RestAnswer.Of(await service.Client.SendAsync(message, TestContext.Current.CancellationToken));

        Assert.Equal(415, answer.Status);
        Assert.Contains(encoding, answer.Error);
        Assert.Equal(["gzip, deflate"], answer.Response.Headers.GetValues("Accept-Encoding"));
    }

    [Theory]
    [InlineData("POST", "/v2/models/other/infer", 404, "There is no model 'other'")]
    [InlineData("POST", "/v2/models/tiny/versions/2/infer", 404, "has no version 2")]
    [InlineData("POST", "/v2/models/tiny/versions/0/infer", 400, "'0' is not a valid version")]
    [InlineData("POST", "/v2/models/tiny/versions/01/infer", 400, "'01' is not a valid version")]
    [InlineData("POST", "/v2/models/tiny/versions/-1/infer", 400, "'-1' is not a valid version")]
    [InlineData("POST", "/v2/models/tiny/versions/1.0/infer", 400, "'1.0' is not a valid version")]
    [InlineData("POST", "/v2/models/tiny/versions/x/infer", 400, "'x' is not a valid version")]
    [InlineData("POST", "/v2/models/tiny/versions/99999999999999999999/infer", 400, "is not a valid version")]
    [InlineData("POST", "/v2/models/tiny/versions/1000000000/infer", 400, "is not a valid version")]
    [InlineData("POST", "/v2/models/a%2Fb/infer", 400, "is not a valid model name")]
    [InlineData("POST", "/v2/models/%2e%2e%2fetc/infer", 400, "is not a valid model name")]
    [InlineData("POST", "/v2/models/a%20b/infer", 400, "'a b' is not a valid model name")]
    [InlineData("POST", "/v2/models/a%00b/infer", 400, null)]
    [InlineData("GET", "/v2/models/a%5Cb", 400, "is not a valid model name")]
    [InlineData("GET", "/v2/models/tiny/infer", 405, "send POST.")]
    [InlineData("PUT", "/v2/models/tiny", 405, "send GET, HEAD.")]
    [InlineData("DELETE", "/v2/health/live", 405, "send GET, HEAD.")]
    [InlineData("GET", "/v2/repository/index", 405, "send POST.")]
    [InlineData("GET", "/v2/nothing", 404, "Nothing is served at this path")]
    [InlineData("GET", "/v2/models", 404, "POST /v2/models/NAME/infer")]
    [InlineData("GET", "/v2/logging", 404, "Nothing is served at this path")]
    [InlineData("POST", "/v2/systemsharedmemory/region/x/register", 404, "Nothing is served at this path")]
    public async Task A_path_that_leads_nowhere_is_answered_with_an_error_object(string method, string path, int status, string? reason)
    {
        using var message = new HttpRequestMessage(new HttpMethod(method), path);
        var response = await service.Client.SendAsync(message, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)response.StatusCode);
        if (reason is not null)
        {
            Assert.Contains(reason, (await RestAnswer.Of(response)).Error);
        }
    }

    [Theory]
    [InlineData("/v2/models/%74iny/infer"), InlineData("/v2/models/tiny/versions/1/infer"), InlineData("/v2/models/tiny/infer/")]
    public async Task A_path_may_be_percent_encoded_name_the_version_and_end_with_a_slash(string path)
    {
        var answer = await (RestRequest.OfBinary("[1,1,1,3]", [1, 2, 3]) with { Path = path }).Send(service.Client);

        Assert.Equal(200, answer.Status);
    }

    private static RestRequest Files(string shape, byte[] binary) => RestRequest.OfBinary(shape, binary, "BYTES");

    private static byte[] Zip(string text)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(compressed, System.IO.Compression.CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return compressed.ToArray();
    }

    private async Task<(int Status, string Reason)> Encoded(byte[] body, string encoding, string reason)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, $"/v2/models/{TinyModel.Name}/infer");
        message.Content = new ByteArrayContent(body);
        message.Content.Headers.ContentEncoding.Add(encoding);
        var answer = await RestAnswer.Of(await service.Client.SendAsync(message, TestContext.Current.CancellationToken));
        return (answer.Status, answer.Error.Contains(reason, StringComparison.Ordinal) ? reason : answer.Error);
    }

    private async Task Refused(RestRequest request, int status, string? reason)
    {
        var answer = await request.Send(service.Client);

        Assert.True(answer.Status == status, $"{answer.Status}: {answer.Json}");
        if (reason is not null)
        {
            Assert.Contains(reason, answer.Error);
        }
    }
}
