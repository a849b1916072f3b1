using System.IO.Compression;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Tests.Protocols.OpenInference;

/// <summary>Inference over HTTP: every form of the same pixels gives what the model gives.</summary>
public sealed class RestInferenceTests(OpenInferenceFixture service) : IClassFixture<OpenInferenceFixture>
{
    private const int Width = 80;
    private const int Height = 56;
    private const string Input = """
        "inputs":[{"name":"images","shape":[1,1,1,3],"datatype":"UINT8","data":[0,1,2]}]
        """;
    private static readonly string Shape = $"[2, {Height}, {Width}, 3]";

    [Theory]
    [InlineData(false, false), InlineData(true, false), InlineData(false, true), InlineData(true, true)]
    public async Task Pixels_as_json_flat_or_nested_give_what_the_model_gives(bool nested, bool binaryOutput)
    {
        using var first = OpenInferenceFixture.Noise(Width, Height, seed: 1);
        using var second = OpenInferenceFixture.Noise(Width, Height, seed: 2);
        var images = nested ? $"[{Nested(first)},{Nested(second)}]" : $"[{Flat(first)},{Flat(second)}]";
        var more = binaryOutput ? """ "parameters":{"binary_data_output":true}, """ : "";

        var answer = await RestRequest.OfPixels(Shape, images, more).Send(service.Client);

        Assert.Equal(200, answer.Status);
        Assert.Equal(binaryOutput ? "application/octet-stream" : "application/json", $"{answer.Response.Content.Headers.ContentType}");
        Assert.Equal(binaryOutput, answer.Response.Headers.Contains(RestRequest.HeaderLength));
        Expected(first, second).RequireSame(answer.Outputs);
    }

    [Fact]
    public async Task Pixels_as_a_binary_tensor_give_what_the_model_gives()
    {
        using var first = OpenInferenceFixture.Noise(Width, Height, seed: 3);
        using var second = OpenInferenceFixture.Noise(Width, Height, seed: 4);

        var answer = await RestRequest.OfBinary(Shape, [.. first.Pixels, .. second.Pixels]).Send(service.Client);

        Assert.Equal(200, answer.Status);
        Expected(first, second).RequireSame(answer.Outputs);
    }

    [Fact]
    public async Task Png_files_of_different_sizes_as_bytes_give_what_the_model_gives_for_each()
    {
        using var small = OpenInferenceFixture.Noise(64, 48, seed: 5);
        using var large = OpenInferenceFixture.Noise(Width, Height, seed: 6);
        byte[] elements = [.. Element(ImageEncoder.Png(small)), .. Element(ImageEncoder.Png(large))];

        var answer = await RestRequest.OfBinary("[2]", elements, "BYTES").Send(service.Client);

        Assert.Equal(200, answer.Status);
        Expected(small, large).RequireSame(answer.Outputs);
    }

    [Theory]
    [InlineData("gzip", "gzip"), InlineData("deflate", "deflate"), InlineData("GZIP", null), InlineData(null, "gzip, deflate, br")]
    [InlineData("identity", "gzip;q=0.2, identity;q=0.5"), InlineData("x-gzip", "br;q=1, gzip;q=0, deflate;q=0.3")]
    public async Task A_body_may_be_compressed_in_both_directions(string? sent, string? accepted)
    {
        using var image = OpenInferenceFixture.Noise(Width, Height, seed: 7);
        const string BinaryOutput = """ "parameters":{"binary_data_output":true}, """;
        var plain = RestRequest.OfBinary($"[1, {Height}, {Width}, 3]", image.Pixels.ToArray(), more: BinaryOutput);
        using var message = new HttpRequestMessage(HttpMethod.Post, plain.Path);
        message.Content = new ByteArrayContent(Compressed(plain.Body, sent));
        message.Headers.TryAddWithoutValidation(RestRequest.HeaderLength, $"{plain.Json.Length}");
        if (sent is not null)
        {
            message.Content.Headers.ContentEncoding.Add(sent);
        }

        if (accepted is not null)
        {
            message.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        }

        var response = await service.Client.SendAsync(message, TestContext.Current.CancellationToken);

        Assert.Equal(200, (int)response.StatusCode);
        string? expected = accepted switch
        {
            "gzip" or "gzip, deflate, br" => "gzip",
            "deflate" or "br;q=1, gzip;q=0, deflate;q=0.3" => "deflate",
            _ => null,
        };
        Assert.Equal(expected, response.Content.Headers.ContentEncoding.SingleOrDefault());
        response.Content = new ByteArrayContent(Decompressed(await response.Content.ReadAsByteArrayAsync(Cancellation), expected));
        Expected(image).RequireSame((await RestAnswer.Of(response)).Outputs);
    }

    [Fact]
    public async Task Only_the_outputs_that_are_named_come_in_their_order_and_form()
    {
        using var image = OpenInferenceFixture.Noise(Width, Height, seed: 8);
        const string More = """
            "id":"ö-7","parameters":{"binary_data_output":true},
            "outputs":[{"name":"num_detections","parameters":{"binary_data":false}},{"name":"scores"}],
            """;

        var answer = await RestRequest.OfBinary($"[1, {Height}, {Width}, 3]", image.Pixels.ToArray(), more: More).Send(service.Client);

        var outputs = answer.Json.GetProperty("outputs");
        Assert.Equal(["num_detections", "scores"], outputs.EnumerateArray().Select(output => output.GetProperty("name").GetString()!));
        Assert.Equal(service.Detect(image).Count, outputs[0].GetProperty("data")[0].GetInt32());
        Assert.Equal(4 * service.Rows, outputs[1].GetProperty("parameters").GetProperty("binary_data_size").GetInt32());
        Assert.False(outputs[1].TryGetProperty("data", out _));
        Assert.Equal("ö-7", answer.Json.GetProperty("id").GetString());
        Assert.Equal(TinyModel.Name, answer.Json.GetProperty("model_name").GetString());
        Assert.Equal("1", answer.Json.GetProperty("model_version").GetString());
        Assert.Equal("[1,100]", outputs[1].GetProperty("shape").GetRawText().Replace($"{service.Rows}", "100", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(
        """{"model_name":"x","inputs":[{"data":[0,1,2],"datatype":"UINT8","shape":[1,1,1,3],"name":"images","x":{"y":[1]}}]""" +
        ""","z":null}""")]
    [InlineData("""{"id":null,"parameters":null,"outputs":null,""" + Input + """}""")]
    [InlineData("""{"inputs":[{"name":"images","shape":[1,1,1,3],"datatype":"UINT8","data":[0.0,1e1,2.50e2]}]}""")]
    [InlineData(
        """{"outputs":[],"inputs":[{"name":"images","shape":[1,1,1,3],"datatype":"UINT8","parameters":{},"data":[[[[0,1,2]]]]}]}""")]
    [InlineData("""{"parameters":{"own":"x","priority":0,"timeout":0,"sequence_id":0},""" + Input + """}""")]
    [InlineData("""{"parameters":{"priority":2,"timeout":60000000},""" + Input + """}""")]
    [InlineData(
        """ { "\u0069nputs" : [ { "name" : "images", "shape" : [1,1,1,3] , "datatype" : "UINT8",""" +
        """ "data" : [ 0 , 1 , 255 ] } ] } """)]
    public async Task Fields_in_any_order_unknown_ones_and_nulls_are_accepted(string json)
    {
        var answer = await new RestRequest(json).Send(service.Client);

        Assert.True(answer.Status == 200, answer.Json.ToString());
        Assert.False(answer.Json.TryGetProperty("id", out _));
    }

    [Fact]
    public async Task Hundreds_of_outputs_of_several_images_are_stacked_in_their_order()
    {
        using var image = OpenInferenceFixture.Noise(64, 48, seed: 9);
        byte[][] files = [ImageEncoder.Png(image), ServiceFixture.BlackPng(32, 32), ImageEncoder.Png(image)];

        var answer = await RestRequest.OfBinary("[3]", [.. files.SelectMany(Element)], "BYTES").Send(service.Client);

        using var black = ImageDecoder.Decode(files[1], "black");
        Expected(image, black, image).RequireSame(answer.Outputs);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private InferenceOutputs Expected(params RgbImage[] images) =>
        InferenceOutputs.Expected(service.Rows, [.. images.Select(service.Detect)]);

    private static byte[] Element(byte[] file) => [.. BitConverter.GetBytes((uint)file.Length), .. file];

    private static string Flat(RgbImage image) => string.Join(',', image.Pixels.ToArray());

    private static string Nested(RgbImage image)
    {
        var pixels = image.Pixels.ToArray().Chunk(3).Select(pixel => $"[{string.Join(',', pixel)}]");
        return $"[{string.Join(',', pixels.Chunk(image.WidthPixels).Select(row => $"[{string.Join(',', row)}]"))}]";
    }

    private static byte[] Compressed(byte[] body, string? encoding)
    {
        if (encoding is null or "identity")
        {
            return body;
        }

        using var compressed = new MemoryStream();
        using (Stream stream = encoding == "deflate"
            ? new ZLibStream(compressed, CompressionLevel.Fastest)
            : new GZipStream(compressed, CompressionLevel.Fastest))
        {
            stream.Write(body);
        }

        return compressed.ToArray();
    }

    private static byte[] Decompressed(byte[] body, string? encoding)
    {
        if (encoding is null)
        {
            return body;
        }

        using var source = new MemoryStream(body);
        using Stream stream = encoding == "deflate"
            ? new ZLibStream(source, CompressionMode.Decompress)
            : new GZipStream(source, CompressionMode.Decompress);
        using var plain = new MemoryStream();
        stream.CopyTo(plain);
        return plain.ToArray();
    }
}
