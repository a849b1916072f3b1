using Google.Protobuf;
using Grpc.Core;
using Pipeline.Serving.Protocols.OpenInference.Grpc.Messages;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Tests.Protocols.OpenInference;

/// <summary>Inference over gRPC: every form of the same pixels gives what the model gives, as raw contents.</summary>
public sealed class GrpcInferenceTests(OpenInferenceFixture service) : IClassFixture<OpenInferenceFixture>
{
    private const int Width = 80;
    private const int Height = 56;

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task Pixels_raw_or_typed_give_what_the_model_gives(bool raw)
    {
        using var first = OpenInferenceFixture.Noise(Width, Height, seed: 1);
        using var second = OpenInferenceFixture.Noise(Width, Height, seed: 2);
        byte[] pixels = [.. first.Pixels, .. second.Pixels];
        var request = GrpcRequest.Of("UINT8", [2, Height, Width, 3], raw ? pixels : null);
        if (!raw)
        {
            request.Inputs[0].Contents = new InferTensorContents { UintContents = { pixels.Select(value => (uint)value) } };
        }

        var answer = await service.Grpc.ModelInferAsync(request, cancellationToken: Cancellation);

        Expected(first, second).RequireSame(GrpcRequest.Outputs(answer));
        Assert.Equal(("tiny", "1", "7"), (answer.ModelName, answer.ModelVersion, answer.Id));
        Assert.Equal([2L, service.Rows, 4L], answer.Outputs[0].Shape);
        Assert.All(answer.Outputs, output => Assert.Null(output.Contents));
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task Png_files_of_different_sizes_give_what_the_model_gives_for_each(bool raw)
    {
        using var small = OpenInferenceFixture.Noise(64, 48, seed: 5);
        using var large = OpenInferenceFixture.Noise(Width, Height, seed: 6);
        byte[][] files = [ImageEncoder.Png(small), ImageEncoder.Png(large)];
        byte[] elements = [.. files.SelectMany(file => (byte[])[.. BitConverter.GetBytes((uint)file.Length), .. file])];
        var request = GrpcRequest.Of("BYTES", [2], raw ? elements : null);
        if (!raw)
        {
            request.Inputs[0].Contents = new InferTensorContents { BytesContents = { files.Select(ByteString.CopyFrom) } };
        }

        var answer = await service.Grpc.ModelInferAsync(request, cancellationToken: Cancellation);

        Expected(small, large).RequireSame(GrpcRequest.Outputs(answer));
    }

    [Fact]
    public async Task Only_the_outputs_that_are_named_come_in_their_order()
    {
        var request = GrpcRequest.Pixel();
        request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "num_detections" });
        request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "boxes" });
        request.Parameters["priority"] = new InferParameter { Uint64Param = 2 };
        request.Parameters["timeout"] = new InferParameter { Int64Param = 60_000_000 };
        request.Parameters["own"] = new InferParameter { DoubleParam = 0.5 };

        var answer = await service.Grpc.ModelInferAsync(request, cancellationToken: Cancellation);

        Assert.Equal(["num_detections", "boxes"], answer.Outputs.Select(output => output.Name));
        Assert.Equal([8, 16 * service.Rows], answer.RawOutputContents.Select(content => content.Length));
    }

    [Fact]
    public async Task A_stream_is_answered_in_order_and_goes_on_after_a_request_that_fails()
    {
        using var call = service.Grpc.ModelStreamInfer(cancellationToken: Cancellation);
        string[] names = ["tiny", "other", "tiny"];
        for (var index = 0; index < names.Length; index++)
        {
            var request = GrpcRequest.Pixel();
            request.Id = $"{index}";
            request.ModelName = names[index];
            await call.RequestStream.WriteAsync(request, Cancellation);
        }

        await call.RequestStream.CompleteAsync();
        var answers = new List<ModelStreamInferResponse>();
        await foreach (var answer in call.ResponseStream.ReadAllAsync(Cancellation))
        {
            answers.Add(answer);
        }

        Assert.Equal(["0", "1", "2"], answers.Select(answer => answer.InferResponse.Id));
        Assert.Equal(["", "There is no model 'other'; the models are: tiny.", ""], answers.Select(answer => answer.ErrorMessage));
        Assert.Equal(4, answers[2].InferResponse.RawOutputContents.Count);
    }

    [Fact]
    public async Task A_compressed_message_is_a_message()
    {
        using var image = OpenInferenceFixture.Noise(Width, Height, seed: 1);
        var request = GrpcRequest.Of("UINT8", [1, Height, Width, 3], image.Pixels.ToArray());
        foreach (var algorithm in new[] { "gzip", "deflate" })
        {
            var headers = new Metadata { { "grpc-internal-encoding-request", algorithm } };
            var answer = await service.Grpc.ModelInferAsync(request, headers, cancellationToken: Cancellation);
            Expected(image).RequireSame(GrpcRequest.Outputs(answer));
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private InferenceOutputs Expected(params RgbImage[] images) =>
        InferenceOutputs.Expected(service.Rows, [.. images.Select(service.Detect)]);
}
