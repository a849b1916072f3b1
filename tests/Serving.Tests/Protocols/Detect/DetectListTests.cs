using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Pipeline.Serving.Protocols.Detect;
using Pipeline.Shared.Datasets.Kitti;

namespace Pipeline.Serving.Tests.Protocols.Detect;

/// <summary>Several images in one request, as JSON or as a form, and the parameters of a JSON body.</summary>
public sealed class DetectListTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private static readonly string Small = Convert.ToBase64String(ServiceFixture.BlackPng(64, 48));
    private static readonly string Noise = Convert.ToBase64String(ServiceFixture.Png());

    [Fact]
    public async Task Json_gives_for_each_image_what_the_image_alone_gives()
    {
        using var alone = await service.Client.PostAsync("/v1/detect", new ByteArrayContent(ServiceFixture.Png()), Cancellation);
        var expected = (await alone.Content.ReadFromJsonAsync<DetectResponse>(Cancellation))!;

        var list = await Found($$"""
            { "images": [ { "id": "first", "data": "{{Small}}" }, { "data": "data:image/png;base64,{{Noise}}", "id": 7 }, "{{Noise}}" ] }
            """);

        Assert.Equal(("tiny", 1), (list.Model, list.Version));
        Assert.Equal(["first", "7", null], list.Images.Select(image => image.Id));
        Assert.All(list.Images, image => Assert.Equal((64, 48), (image.Width, image.Height)));
        Assert.Equal(Summary(expected.Detections), Summary(list.Images[1].Detections));
        Assert.Equal(Summary(expected.Detections), Summary(list.Images[2].Detections));
    }

    [Fact]
    public async Task A_list_of_one_image_is_answered_as_a_list() =>
        Assert.Single((await Found($$"""{"images":["{{Noise}}"]}""")).Images);

    [Fact]
    public async Task Slashes_may_be_escaped_and_lines_broken()
    {
        var escaped = Noise.Replace("/", "\\/", StringComparison.Ordinal).Insert(76, "\\r\\n");

        Assert.Single((await Found($$"""{"images":["{{escaped}}"]}""")).Images);
    }

    [Fact]
    public async Task Parameters_of_a_json_body_count_as_those_of_the_query()
    {
        var all = await Found($$"""{"images":["{{Noise}}"]}""");
        var best = all.Images[0].Detections[0];

        var inBody = await Found($$"""
            {
              "model": "tiny", "version": 1, "threshold": 0.001, "top": 2, "classes": ["{{best.Label}}"],
              "timeout": 20000, "priority": "background", "images": ["{{Noise}}"]
            }
            """);
        var inQuery = await Found($$"""{"images":["{{Noise}}"]}""", $"?model=tiny&version=1&threshold=0.001&top=2&classes={best.Label}");

        Assert.Equal(Summary(inBody.Images[0].Detections), Summary(inQuery.Images[0].Detections));
        Assert.All(inBody.Images[0].Detections, found => Assert.Equal(best.Label, found.Label));
        Assert.InRange(inBody.Images[0].Detections.Count, 1, 2);
        Assert.Equal(best.Score, inBody.Images[0].Detections[0].Score);
    }

    [Fact]
    public async Task A_form_with_several_files_is_a_list_with_their_names()
    {
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(ServiceFixture.Png()), "images", "000000000042.png" },
            { new ByteArrayContent(ServiceFixture.BlackPng(80, 40)), "images", "../../etc/passwd" },
        };
        using var answer = await service.Client.PostAsync("/v1/detect", form, Cancellation);
        var list = (await answer.Content.ReadFromJsonAsync<DetectListResponse>(Cancellation))!;

        Assert.Equal(["000000000042.png", "passwd"], list.Images.Select(image => image.Id));
        Assert.Equal([(64, 48), (80, 40)], list.Images.Select(image => (image.Width, image.Height)));
    }

    [Fact]
    public async Task Coco_results_of_a_list_carry_the_ids()
    {
        using var request = Json(
            $$"""{"images":[{"id":"000000000042.png","data":"{{Noise}}"},{"id":"a/b.jpg","data":"{{Noise}}"},"{{Noise}}"]}""");
        request.Headers.Accept.ParseAdd("application/vnd.coco.results+json");
        using var answer = await service.Client.SendAsync(request, Cancellation);
        using var results = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));

        var ids = results.RootElement.EnumerateArray().Select(result => result.GetProperty("image_id").ToString()).Distinct();
        Assert.Equal(["42", "b", "3"], ids);
    }

    [Theory]
    [InlineData("[]", "it is not an object in braces")]
    [InlineData("\"x\"", "it is not an object in braces")]
    [InlineData("{}", "it has no images")]
    [InlineData("{\"images\":[]}", "its list of images is empty")]
    [InlineData("{\"images\":{}}", "images is not a list")]
    [InlineData("{\"images\":[{}]}", "images[0] has no data")]
    [InlineData("{\"images\":[3]}", "images[0] is neither an object with data nor a text in base64")]
    [InlineData("{\"images\":[{\"data\":3}]}", "images[0].data is not a text in base64")]
    [InlineData("{\"images\":[{\"data\":\"\"}]}", "images[0].data is empty")]
    [InlineData("{\"images\":[{\"data\":\"====\"}]}", "images[0].data is not base64")]
    [InlineData("{\"images\":[{\"data\":\"iVBORw0KGgo\"}]}", "images[0].data is not base64")]
    [InlineData("{\"images\":[{\"data\":\"iVBO_w0KGgo-\"}]}", "images[0].data is not base64")]
    [InlineData("{\"images\":[{\"id\":\"\",\"data\":\"iVBO\"}]}", "images[0].id must have 1 to 256 characters")]
    [InlineData("{\"images\":[{\"id\":[],\"data\":\"iVBO\"}]}", "images[0].id is neither a text nor a number")]
    [InlineData("{\"images\":[{\"url\":\"http://x\"}]}", "images[0] has 'url' twice, or it is not known")]
    [InlineData("{\"images\":[],\"images\":[]}", "it has images twice")]
    [InlineData("{\"image\":\"iVBO\"}", "'image' is not known, did you mean images")]
    [InlineData("{\"images\":[\"iVBO\"]} x", "it is not JSON, at line 1, byte 21")]
    [InlineData("{\"images\":[\"iVBO\"", "it is not JSON, at line 1, byte 18")]
    [InlineData("{\"images\":[\"\\ud800\"]}", "not valid Unicode")]
    [InlineData("{\"images\":[{\"id\":\"\\udc00\"}]}", "not valid Unicode")]
    [InlineData("{\"top\":[[[[[[[[[[[[1]]]]]]]]]]]]}", "'top' is neither a number nor a text")]
    [InlineData("{\"top\":[[1]]}", "'top' is neither a number nor a text")]
    [InlineData("{\"top\":null}", "'top' is neither a number nor a text")]
    [InlineData("{\"classes\":[]}", "'classes' is an empty list")]
    [InlineData("{\"top\":1e400}", "top: '1e400' is not a whole number")]
    [InlineData("{\"threshold\":0.1,\"threshold\":0.1}", "threshold is given twice")]
    public async Task A_json_body_of_another_form_is_refused_with_what_is_wrong(string json, string reason) =>
        await Refused(json, 400, reason);

    [Fact]
    public async Task A_parameter_in_both_places_is_refused() => await Refused(
        $$"""{"images":["{{Noise}}"],"threshold":0.5}""", 400, "threshold is given in the query and in the body", "?threshold=0.5");

    [Fact]
    public async Task More_images_than_the_limit_are_refused_before_they_are_decoded()
    {
        var list = string.Join(',', Enumerable.Repeat("\"iVBO\"", 65));

        await Refused($$"""{"images":[{{list}}]}""", 413, "more than 64 images (--max-images)");
    }

    [Theory]
    [InlineData("iVBORw0KGgo=", 422, "image 2 ('second'): the image is damaged")]
    [InlineData("anVzdCB0ZXh0", 415, "image 2 ('second'): This is not a PNG, JPEG, WebP, BMP or GIF image: it begins with 'just tex'.")]
    public async Task One_bad_image_refuses_the_request_and_is_named(string data, int status, string reason) =>
        await Refused($$"""{"images":["{{Noise}}",{"id":"second","data":"{{data}}"},"{{Noise}}"]}""", status, reason);

    [Fact]
    public async Task An_unknown_class_is_refused_with_those_of_the_model()
    {
        await Refused($$"""{"images":["{{Noise}}"],"classes":"car"}""", 400, "no class 'car'. Did you mean 'Car'? Its classes are Car");
        await Refused($$"""{"images":["{{Noise}}"],"classes":["Car","x"]}""", 400, string.Join(", ", KittiClasses.Default));
    }

    [Theory]
    [InlineData("?model=other"), InlineData("?model=tiny&version=2"), InlineData("?model=..%2F..%2Fetc")]
    public async Task A_model_that_is_not_served_is_404_without_its_body(string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/detect{query}");
        request.Content = new ByteArrayContent(new byte[900_000]);
        request.Headers.ExpectContinue = true;
        using var answer = await service.Client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task An_image_that_is_called_json_is_an_image()
    {
        using var content = new ByteArrayContent(ServiceFixture.Png());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await service.Client.PostAsync("/v1/detect", content, Cancellation);

        Assert.Equal(64, (await answer.Content.ReadFromJsonAsync<DetectResponse>(Cancellation))!.Width);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static IEnumerable<(string, float)> Summary(IEnumerable<DetectedObject> found) => found.Select(one => (one.Label, one.Score));

    private static HttpRequestMessage Json(string json, string query = "") =>
        new(HttpMethod.Post, "/v1/detect" + query) { Content = new StringContent(json, Encoding.UTF8, "application/json") };

    private async Task<DetectListResponse> Found(string json, string query = "")
    {
        using var request = Json(json, query);
        using var answer = await service.Client.SendAsync(request, Cancellation);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
        return (await answer.Content.ReadFromJsonAsync<DetectListResponse>(Cancellation))!;
    }

    private async Task Refused(string json, int status, string reason, string query = "")
    {
        using var request = Json(json, query);
        using var answer = await service.Client.SendAsync(request, Cancellation);
        var problem = (await answer.Content.ReadFromJsonAsync<Microsoft.AspNetCore.Mvc.ProblemDetails>(Cancellation))!;
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(reason, problem.Detail);
    }
}
