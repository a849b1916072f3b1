using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Protocols.Detect;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Tests.Protocols.Detect;

/// <summary>The forms of an answer, by the header Accept.</summary>
public sealed class DetectFormatsTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private static readonly string[] OneClass = ["Car"];

    [Theory]
    [InlineData(null, "application/json"), InlineData("*/*", "application/json"), InlineData("application/*", "application/json")]
    [InlineData("application/json; charset=utf-8", "application/json"), InlineData("APPLICATION/JSON", "application/json")]
    [InlineData("application/json, text/plain, */*", "application/json")]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", "application/json")]
    [InlineData("text/plain", "text/plain"), InlineData("text/*", "text/plain"), InlineData("image/*", "image/png")]
    [InlineData("image/jpeg, application/json;q=0.5", "image/jpeg")]
    [InlineData("image/jpeg;q=0.4, application/json;q=0.5", "application/json")]
    [InlineData("*/*;q=0.1, image/png;q=0.2", "image/png"), InlineData("*/*, application/json;q=0", "text/plain")]
    [InlineData("application/vnd.coco.results+json", "application/vnd.coco.results+json")]
    [InlineData("image/webp, image/png;q=0.001", "image/png")]
    public void The_form_that_the_client_likes_best_is_chosen(string? accept, string expected) =>
        Assert.Equal(expected, new AcceptedFormats(accept).Choose(images: 1, OneClass).MediaType);

    [Theory]
    [InlineData("image/webp"), InlineData("application/xml"), InlineData("nonsense"), InlineData("application/json;q=0"), InlineData(",")]
    [InlineData("application/json-seq"), InlineData("*/*;q=0")]
    public void Without_such_a_form_it_is_406_and_all_are_listed(string accept)
    {
        var refused = Assert.Throws<RefusedRequestException>(() => new AcceptedFormats(accept));

        Assert.Equal(406, refused.Fault.Kind.HttpStatus);
        Assert.All(AnswerFormat.All, format => Assert.Contains(format.MediaType, refused.Message));
    }

    [Theory]
    [InlineData("text/plain, application/json;q=0.1", "application/json"), InlineData("image/*, application/*;q=0.1", "application/json")]
    public void Several_images_are_answered_in_the_next_form_that_holds_them(string accept, string expected) =>
        Assert.Equal(expected, new AcceptedFormats(accept).Choose(images: 2, OneClass).MediaType);

    [Theory]
    [InlineData("text/plain", 2, "Car", "text/plain holds one image, and this request has 2")]
    [InlineData("image/png", 2, "Car", "image/png holds one image, and this request has 2")]
    [InlineData("text/plain", 1, "traffic light", "cannot hold the class 'traffic light'")]
    public void A_form_that_cannot_hold_the_answer_is_406_with_the_reason(string accept, int images, string label, string reason)
    {
        var refused = Assert.Throws<RefusedRequestException>(() => new AcceptedFormats(accept).Choose(images, [label]));

        Assert.Equal(406, refused.Fault.Kind.HttpStatus);
        Assert.Contains(reason, refused.Message);
    }

    [Fact]
    public async Task All_forms_say_the_same()
    {
        var json = (await (await Detect("application/json")).Content.ReadFromJsonAsync<DetectResponse>(Cancellation))!;
        var kitti = KittiLabelFile.Parse(await Text("text/plain"), "answer");
        using var coco = JsonDocument.Parse(await Text("application/vnd.coco.results+json"));

        Assert.NotEmpty(json.Detections);
        Assert.Equal(json.Detections.Select(found => (found.Label, found.Score)), kitti.Select(found => (found.Type, found.Score!.Value)));
        Assert.Equal(json.Detections.Select(found => found.Box[2]), kitti.Select(found => found.Box.X2));
        Assert.Equal(json.Detections.Count, coco.RootElement.GetArrayLength());
        var first = coco.RootElement[0];
        Assert.Equal(["image_id", "category_id", "bbox", "score"], first.EnumerateObject().Select(property => property.Name));
        Assert.Equal(KittiClasses.Default[first.GetProperty("category_id").GetInt32() - 1], json.Detections[0].Label);
        Assert.Equal(json.Detections[0].Box[3] - json.Detections[0].Box[1], first.GetProperty("bbox")[3].GetSingle(), 0.01f);
        Assert.True(json is { BatchSize: 1, QueueMs: >= 0, InferenceMs: > 0, DecodeMs: > 0, RequestId.Length: > 0 });
    }

    [Theory]
    [InlineData("image/png", "89504E47"), InlineData("image/jpeg", "FFD8FF")]
    public async Task The_annotated_picture_has_the_size_of_the_image_and_boxes_over_it(string type, string signature)
    {
        var answer = await Detect(type);
        var file = await answer.Content.ReadAsByteArrayAsync(Cancellation);
        using var sent = ImageDecoder.Decode(Image, "sent");
        using var annotated = ImageDecoder.Decode(file, "answer");

        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith(signature, Convert.ToHexString(file));
        Assert.Equal((sent.WidthPixels, sent.HeightPixels), (annotated.WidthPixels, annotated.HeightPixels));
        Assert.False(sent.Pixels.SequenceEqual(annotated.Pixels));
    }

    [Fact]
    public async Task A_problem_stays_a_problem_whatever_the_client_takes()
    {
        using var request = Request("image/png", "just text"u8.ToArray());
        using var answer = await service.Client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_form_that_there_is_not_is_refused_before_the_body_is_read()
    {
        using var request = Request("image/webp", new byte[2_000_000]);
        using var answer = await service.Client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.NotAcceptable, answer.StatusCode);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static byte[] Image { get; } = ServiceFixture.Png();

    private static HttpRequestMessage Request(string accept, byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/detect") { Content = new ByteArrayContent(body) };
        request.Headers.Add("Accept", accept);
        request.Headers.ExpectContinue = true;
        return request;
    }

    private async Task<string> Text(string accept) => await (await Detect(accept)).Content.ReadAsStringAsync(Cancellation);

    private async Task<HttpResponseMessage> Detect(string accept)
    {
        using var request = Request(accept, Image);
        var answer = await service.Client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return answer;
    }
}
