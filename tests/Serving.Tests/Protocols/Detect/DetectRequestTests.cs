using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Pipeline.Golden;
using Pipeline.Serving.Protocols.Detect;

namespace Pipeline.Serving.Tests.Protocols.Detect;

/// <summary>What people send to <c>POST /v1/detect</c>: an image is accepted, or the response says what to send instead.</summary>
public sealed class DetectRequestTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task S7_a_form_with_one_file_gives_what_the_bytes_alone_give()
    {
        var file = FieldCases.Path("images/base.png");
        var image = await File.ReadAllBytesAsync(file, Cancellation);

        var bytes = await Found(new ByteArrayContent(image));
        var form = await Found(Form(("image", "base.png", image)));

        Assert.Equal((192, 96), (form.Width, form.Height));
        Assert.Equal(bytes.Detections.Select(found => found.Score), form.Detections.Select(found => found.Score));
    }

    [Fact]
    public async Task S7_forms_that_hold_no_file_or_something_else_are_refused_with_a_hint()
    {
        var image = ServiceFixture.Png();

        await Refused(
            Typed("--x--\r\n"u8.ToArray(), "multipart/form-data; boundary=x"),
            HttpStatusCode.BadRequest,
            "it contains no file",
            "curl --data-binary");
        await Refused(Form(), HttpStatusCode.BadRequest, "part '' is not a file");
        await Refused(Form(("a", "a.png", [])), HttpStatusCode.BadRequest, "its file is empty");
        await Refused(
            Form(("threshold", null, "0.5"u8.ToArray()), ("a", "a.png", image)),
            HttpStatusCode.BadRequest,
            "part 'threshold' is not a file",
            "?threshold=0.5");
        await Refused(Form(("a", "notes.txt", "just text"u8.ToArray())), HttpStatusCode.UnsupportedMediaType, "begins with 'just tex'");
    }

    [Theory]
    [InlineData("multipart/form-data", "its boundary")]
    [InlineData("multipart/form-data; boundary=\"\"", "its boundary")]
    [InlineData("multipart/form-data; boundary=x", "it ends early")]
    public async Task S7_a_damaged_form_is_refused_as_the_clients_fault(string type, string reason) =>
        await Refused(
            Typed("--x\r\nContent-Disposition: form-data; name=a; filename=a.png\r\n\r\nPNG"u8.ToArray(), type),
            HttpStatusCode.BadRequest,
            reason);

    [Fact]
    public async Task S7_a_form_with_a_very_long_boundary_is_refused() =>
        await Refused(
            Typed("--x"u8.ToArray(), $"multipart/form-data; boundary={new string('x', 4000)}"),
            HttpStatusCode.BadRequest,
            "1 to 70 characters");

    [Fact]
    public async Task S7_json_text_and_url_encoded_forms_get_a_hint()
    {
        var json = Encoding.UTF8.GetBytes($"{{\"image\":\"{Convert.ToBase64String(ServiceFixture.Png())}\"}}");
        var broken = ServiceFixture.Png().Where(value => value is not (0 or 10 or 13)).ToArray();   // as curl -d @file sends it

        await Refused(
            Typed(json, "application/json"), HttpStatusCode.BadRequest, "'image' is not known, did you mean images", "{\"images\": [");
        await Refused(
            Typed(json, "text/json"), HttpStatusCode.UnsupportedMediaType, "'{\"image\"'", "text/json", "Content-Type: application/json");
        await Refused(Typed("iVBORw0KGgo="u8.ToArray(), "text/plain"), HttpStatusCode.UnsupportedMediaType, "'iVBORw0K'", "text/plain");
        await Refused(
            Typed(broken, "application/x-www-form-urlencoded"),
            HttpStatusCode.UnsupportedMediaType,
            "89504E47",
            "curl -d and --data drop line breaks");
    }

    [Theory]
    [InlineData("FFD8FFD9")]
    [InlineData("89504E470D0A1A0A")]
    [InlineData("47494638396120002000800000")]
    public async Task I3_a_body_that_begins_as_an_image_is_damaged_rather_than_unsupported(string bytes) =>
        await Refused(
            Typed(Convert.FromHexString(bytes), "image/x"),
            HttpStatusCode.UnprocessableEntity,
            "damaged or ends early",
            "Send the whole file");

    [Fact]
    public async Task I1_a_bmp_with_sides_beyond_any_decoder_is_too_large()
    {
        byte[] header = [.. "BM"u8, .. new byte[12], 40, 0, 0, 0, 255, 255, 255, 127, 255, 255, 255, 127, .. new byte[28]];

        await Refused(Typed(header, "image/bmp"), HttpStatusCode.RequestEntityTooLarge, "2147483647 x 2147483647", "Send a smaller image");
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded"), InlineData("text/plain"), InlineData("application/octet-stream")]
    [InlineData("nonsense")]
    public async Task S7_the_bytes_of_an_image_are_an_image_whatever_they_are_called(string type)
    {
        var content = new ByteArrayContent(ServiceFixture.Png());
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        Assert.Equal(64, (await Found(content)).Width);
    }

    [Fact]
    public async Task S7_a_compressed_body_is_refused_with_a_hint()
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(ServiceFixture.Png());
        }

        var content = new ByteArrayContent(compressed.ToArray());
        content.Headers.ContentEncoding.Add("gzip");

        await Refused(
            content,
            HttpStatusCode.UnsupportedMediaType,
            "Content-Encoding: 'gzip' is not supported",
            "send the bytes of the image file unchanged");
    }

    [Fact]
    public async Task S7_a_refusal_names_the_limit_what_was_sent_and_what_to_send()
    {
        await Refused(new ByteArrayContent([]), HttpStatusCode.BadRequest, "The body is empty", "curl --data-binary");
        await Refused(
            new ByteArrayContent(ServiceFixture.BlackPng(2000, 600)),
            HttpStatusCode.RequestEntityTooLarge,
            "2000 x 600",
            "1,000,000 in total",
            "--max-pixels",
            "smaller image");
        await Refused(
            new ByteArrayContent(ServiceFixture.Png()[..500]), HttpStatusCode.UnprocessableEntity, "ends early", "Send the whole file");
    }

    [Theory]
    [InlineData(false, "The body has 1,000,001 bytes; the service accepts up to 1,000,000 bytes")]
    [InlineData(true, "The body is too long; the service accepts up to 1,000,000 bytes")]
    public async Task S7_a_body_over_the_limit_is_refused_with_both_numbers_where_they_are_known(bool isChunked, string says)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/detect") { Content = new ByteArrayContent(new byte[1_000_001]) };
        request.Headers.TransferEncodingChunked = isChunked;
        request.Headers.ExpectContinue = true;   // a client that does not ask first may still be sending when it is answered

        using var answer = await service.Client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains(says, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task I7_the_models_own_limit_is_checked_from_the_header()
    {
        var image = await File.ReadAllBytesAsync(FieldCases.Path("images/5000x800.png"), Cancellation);

        await Refused(
            new ByteArrayContent(image), HttpStatusCode.RequestEntityTooLarge, "5000 x 800", "4096 per side", "of the model tiny");
    }

    [Theory]
    [InlineData("NaN"), InlineData("2"), InlineData("1e999"), InlineData("Infinity"), InlineData("-1"), InlineData("0,5"), InlineData("")]
    public async Task N3_a_threshold_that_is_not_a_number_from_0_to_1_is_400(string threshold)
    {
        using var content = new ByteArrayContent(ServiceFixture.Png());
        using var answer = await service.Client.PostAsync($"/v1/detect?threshold={threshold}", content, Cancellation);

        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("threshold", text);
        Assert.Contains("from 0 to 1", text);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static MultipartFormDataContent Form(params (string Name, string? File, byte[] Content)[] parts)
    {
        var form = new MultipartFormDataContent("boundary");
        foreach (var (name, file, content) in parts)
        {
            if (file is null)
            {
                form.Add(new ByteArrayContent(content), name);
            }
            else
            {
                form.Add(new ByteArrayContent(content), name, file);
            }
        }

        return form;
    }

    private static ByteArrayContent Typed(byte[] content, string type) =>
        new(content) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };

    private async Task<DetectResponse> Found(HttpContent content)
    {
        using (content)
        {
            using var answer = await service.Client.PostAsync("/v1/detect", content, Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return (await answer.Content.ReadFromJsonAsync<DetectResponse>(Cancellation))!;
        }
    }

    private async Task Refused(HttpContent content, HttpStatusCode status, params string[] says)
    {
        using (content)
        {
            using var answer = await service.Client.PostAsync("/v1/detect", content, Cancellation);
            var problem = await answer.Content.ReadFromJsonAsync<Microsoft.AspNetCore.Mvc.ProblemDetails>(Cancellation);
            Assert.Equal(status, answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
            Assert.All(says, text => Assert.Contains(text, problem!.Detail));
        }
    }
}
