using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Golden;
using Pipeline.Serving.Commands;
using Pipeline.Serving.Evaluation;
using Pipeline.Serving.Inference;
using Pipeline.Serving.Protocols.Detect;
using Pipeline.Shared;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Tests;

public sealed class DetectionServiceTests : IAsyncLifetime
{
    private readonly string root = Directory.CreateTempSubdirectory("serving").FullName;
    private readonly HttpClient client = new();
    private WebApplication app = null!;
    private string modelDirectory = "";

    public async ValueTask InitializeAsync()
    {
        modelDirectory = TinyModel.Export(root);
        app = DetectionService.Build(ServiceFixture.Options(root, "http://127.0.0.1:0"));
        await app.StartAsync();
        client.BaseAddress = new Uri(app.Urls.First());
    }

    [Fact]
    public async Task A_real_frame_over_http_gives_what_the_model_gives()
    {
        var file = SharedData.Path("data/kitti-sample/training/image_2/000008.png");
        using var image = ImageDecoder.DecodeFile(file);
        using var model = DetectorModel.Load(modelDirectory);
        var expected = model.Detect([image])[0];

        var answer = await Post(await File.ReadAllBytesAsync(file, Cancellation));
        var body = (await answer.Content.ReadFromJsonAsync<DetectResponse>(Cancellation))!;

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal((1242, 375, "tiny", 1), (body.Width, body.Height, body.Model, body.Version));
        Assert.NotEmpty(expected);
        Assert.Equal(
            expected.Select(found => (KittiClasses.Default[found.Label], found.Score, found.Box.X1)),
            body.Detections.Select(found => (found.Label, found.Score, found.Box[0])));
        Assert.Contains(
            "pipeline_inference_duration_seconds_count{model=\"tiny\",version=\"1\"} 1",
            await client.GetStringAsync("/metrics", Cancellation));
    }

    [Fact]
    public async Task The_service_says_that_it_is_live_and_ready()
    {
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/healthz/live", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/healthz/ready", Cancellation)).StatusCode);
    }

    [Theory]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData("just text", HttpStatusCode.UnsupportedMediaType)]
    public async Task A_body_that_is_no_image_is_refused_with_a_problem(string body, HttpStatusCode status)
    {
        var answer = await Post(System.Text.Encoding.UTF8.GetBytes(body));

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_truncated_image_is_refused_and_named_as_such()
    {
        using var image = RgbImage.Allocate(100, 100);
        new Random(1).NextBytes(image.Pixels);
        var encoded = ImageEncoder.Png(image);

        var answer = await Post(encoded[..(encoded.Length / 2)]);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("ends early", await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task A_header_of_60000_by_60000_is_too_large()
    {
        var bitmap = new byte[200];
        "BM"u8.CopyTo(bitmap);
        BinaryPrimitives.WriteInt32LittleEndian(bitmap.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(bitmap.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(bitmap.AsSpan(18), 60_000);
        BinaryPrimitives.WriteInt32LittleEndian(bitmap.AsSpan(22), 60_000);
        BinaryPrimitives.WriteInt16LittleEndian(bitmap.AsSpan(26), 1);
        BinaryPrimitives.WriteInt16LittleEndian(bitmap.AsSpan(28), 24);

        var answer = await Post(bitmap);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("60000 x 60000", await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task A_body_over_the_limit_is_too_large()
    {
        // The length is refused before the body is sent, for a client that asks first.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/detect");
        request.Content = new ByteArrayContent(new byte[32_000_001]);
        request.Headers.ExpectContinue = true;
        var answer = await client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public void Detect_writes_json_kitti_results_and_an_annotated_image()
    {
        var frame = SharedData.Path("data/kitti-sample/training/image_2/000008.png");
        var output = Path.Combine(root, "found");

        var command = new DetectCommand(NullLogger<DetectCommand>.Instance).Create();
        Assert.Equal(0, command.Parse(["--model", modelDirectory, "--output", output, frame]).Invoke());

        var results = KittiLabelFile.Read(Path.Combine(output, "000008.txt"));
        Assert.NotEmpty(results);
        Assert.All(results, result => Assert.NotNull(result.Score));
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(output, "000008.json")));
        Assert.Equal(results.Count, json.RootElement.GetProperty("detections").GetArrayLength());
        using var painted = ImageDecoder.DecodeFile(Path.Combine(output, "000008.png"));
        Assert.Equal((1242, 375), (painted.WidthPixels, painted.HeightPixels));
    }

    [Fact]
    public void The_real_frames_are_evaluated_in_batches()
    {
        var data = SharedData.Path("data/kitti-sample");
        var options = new EvaluationOptions { ModelDirectory = modelDirectory, Data = data };

        var report = ModelEvaluation.Run(options, remark: Assert.Fail, progress: null, Cancellation);

        var expected = MeasuredOneByOne(Dataset.Open(data));
        Assert.Equal(16, report.Images);
        Assert.Equal(59, report.PerClass["Car"]!.Objects);
        Assert.True(expected.Map50 > 0, "The comparison must not be of zero with zero.");
        Assert.Equal(expected.Map50!.Value, report.Map50!.Value, 1e-6);
        Assert.Equal(expected.Map!.Value, report.Map!.Value, 1e-6);
    }

    [Fact]
    public void A_missing_repository_and_a_damaged_model_are_refused()
    {
        Assert.Throws<UserErrorException>(
            () => DetectionService.Build(ServiceFixture.Options(Path.Combine(root, "none"), "http://127.0.0.1:0")));
        var model = Path.Combine(modelDirectory, "model.onnx");
        var bytes = File.ReadAllBytes(model);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(model, bytes);

        Assert.Contains("SHA-256", Assert.Throws<UserErrorException>(() => DetectorModel.Load(modelDirectory)).Message);
    }

    [Fact]
    public async Task A_port_in_use_is_one_clear_line_and_exit_code_2()
    {
        var start = new System.Diagnostics.ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { typeof(DetectionService).Assembly.Location, "--models", root, "--url", app.Urls.First() })
        {
            start.ArgumentList.Add(argument);
        }

        using var process = System.Diagnostics.Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancellation);
        var errors = await process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);

        Assert.Equal(2, process.ExitCode);
        Assert.Contains("address already in use", errors);
        Assert.Single(errors.Trim().Split('\n'));
        Assert.DoesNotContain("   at ", await output);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await app.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private DetectionEvaluationResult MeasuredOneByOne(Dataset dataset)
    {
        using var model = DetectorModel.Load(modelDirectory);
        var evaluated = dataset.Images.Select(entry =>
        {
            using var image = ImageDecoder.DecodeFile(entry.Path);
            var truth = dataset.Truth(entry, image.WidthPixels, image.HeightPixels);
            return new EvaluatedImage(entry.Id, truth, model.Detect([image])[0]);
        });
        return DetectionEvaluation.Evaluate(KittiClasses.Default, evaluated);
    }

    private async Task<HttpResponseMessage> Post(byte[] body)
    {
        using var content = new ByteArrayContent(body);
        return await client.PostAsync("/v1/detect", content, Cancellation);
    }
}
