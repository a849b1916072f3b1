using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Pipeline.Serving.Protocols.OpenInference.Grpc.Messages;

namespace Pipeline.Serving.Tests.Protocols.OpenInference;

/// <summary>What a client sends wrong over gRPC: the status, and a message that names the field.</summary>
public sealed class GrpcRefusalTests(OpenInferenceFixture service) : IClassFixture<OpenInferenceFixture>
{
    [Fact]
    public async Task Raw_and_typed_contents_follow_their_rules()
    {
        await Refused(request => request.RawInputContents.Clear(), "inputs[0]: it has no data");
        var contents = new InferTensorContents { UintContents = { 1 } };
        await Refused(request => request.Inputs[0].Contents = contents, "send one of them for all inputs");
        await Refused(request => request.Inputs[0].Contents = new InferTensorContents(), "send one of them for all inputs");
        await Refused(request => request.RawInputContents.Add(ByteString.Empty), "2 entries for 1 inputs");
        await Refused(request => request.RawInputContents[0] = ByteString.CopyFrom(1, 2), "raw_input_contents[0]: 2 bytes are sent");
        await Refused(request => request.RawInputContents[0] = ByteString.CopyFrom(1, 2, 3, 4), "4 bytes are sent");
        await Refused(request => request.Inputs.Clear(), "1 entries for 0 inputs");
        await Typed(new InferTensorContents { UintContents = { 1, 2 } }, "uint_contents has 2 elements");
        await Typed(new InferTensorContents { UintContents = { 1, 2, 3, 4 } }, "uint_contents has 4 elements");
        await Typed(new InferTensorContents { UintContents = { 1, 256, 3 } }, "uint_contents[1] is 256");
        await Typed(new InferTensorContents { UintContents = { 1, uint.MaxValue, 3 } }, "uint_contents[1] is 4294967295");
        await Typed(new InferTensorContents { IntContents = { 1, 2, 3 } }, "UINT8 is sent in uint_contents and in no other list");
        await Typed(new InferTensorContents { UintContents = { 1, 2, 3 }, BoolContents = { true } }, "in no other list");
        await Typed(new InferTensorContents(), "uint_contents has 0 elements");
    }

    [Fact]
    public async Task Fields_are_checked_as_over_http()
    {
        await Refused(request => request.ModelName = "", "name of the model is missing");
        await Refused(request => request.ModelName = "a/b", "'a/b' is not a valid model name");
        await Refused(request => request.ModelVersion = "x", "'x' is not a valid version");
        await Refused(request => request.ModelName = "other", "There is no model 'other'", StatusCode.NotFound);
        await Refused(request => request.ModelVersion = "2", "has no version 2", StatusCode.NotFound);
        await Refused(request => request.Inputs[0].Name = "x", "no input 'x'");
        await Refused(request => request.Inputs[0].Datatype = "FP32", "'FP32' is not what this input takes");
        await Refused(request => request.Inputs[0].Shape[0] = -1, "every dimension must be at least 1");
        await Refused(request => request.Inputs[0].Shape.RemoveAt(0), "3 dimensions do not fit");
        await Refused(request => request.Inputs[0].Shape[0] = long.MaxValue, "the service takes up to 4", StatusCode.ResourceExhausted);
        await Refused(request => request.Inputs[0].Shape[1] = 4097, "sides of up to 4,096", StatusCode.ResourceExhausted);
        var unknown = new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "x" };
        await Refused(request => request.Outputs.Add(unknown), "no output 'x'");
        await Refused(Parameter("priority", new InferParameter { Uint64Param = 3 }), "3 is not a priority");
        await Refused(Parameter("priority", new InferParameter { Uint64Param = ulong.MaxValue }), "parameters.priority must be");
        await Refused(Parameter("timeout", new InferParameter { Int64Param = -1 }), "parameters.timeout must be");
        await Refused(Parameter("timeout", new InferParameter { StringParam = "1" }), "parameters.timeout must be");
        await Refused(Parameter("sequence_id", new InferParameter { StringParam = "a" }), "a detector keeps no state");
    }

    [Fact]
    public async Task Files_that_are_no_images_are_refused_by_what_is_wrong()
    {
        await Refused(Files(ByteString.Empty), "image 0");
        await Refused(Files(ByteString.CopyFromUtf8("text")), "not a PNG, JPEG");
        await Refused(Files(ByteString.CopyFrom(ServiceFixture.Png()[..40])), "image 0");
        await Refused(Files(ByteString.CopyFrom(ServiceFixture.BlackPng(4097, 1))), "4097 x 1", StatusCode.ResourceExhausted);
        await Refused(Files(ByteString.CopyFrom(ServiceFixture.Png()), ByteString.Empty), "2 elements, but the shape has 1");
    }

    [Fact]
    public async Task A_message_over_the_limit_is_resource_exhausted()
    {
        var request = GrpcRequest.Of("UINT8", [1, 1_000, 1_000, 3], new byte[3_000_000]);

        Assert.Equal(StatusCode.ResourceExhausted, (await Status(request)).StatusCode);
    }

    [Fact]
    public async Task A_million_empty_contents_are_refused()
    {
        var request = GrpcRequest.Pixel();
        for (var entries = 0; entries < 900_000; entries++)
        {
            request.RawInputContents.Add(ByteString.Empty);
        }

        var status = await Status(request);

        Assert.Equal(StatusCode.InvalidArgument, status.StatusCode);
        Assert.Contains("900001 entries for 1 inputs", status.Detail);
    }

    [Fact]
    public async Task A_deadline_that_has_passed_is_deadline_exceeded()
    {
        var request = GrpcRequest.Pixel();
        request.Parameters["timeout"] = new InferParameter { Int64Param = 1 };

        Assert.Equal(StatusCode.DeadlineExceeded, (await Status(request)).StatusCode);
    }

    [Theory]
    [InlineData("0000000003FFFFFF", StatusCode.InvalidArgument)]   // a tag that is cut off
    [InlineData("000000000A0A", StatusCode.InvalidArgument)]   // a message that is cut off
    [InlineData("00000000020A7F", StatusCode.InvalidArgument)]   // a string that is longer than the message
    [InlineData("01000000030A0141", StatusCode.InvalidArgument)]   // compressed, but no encoding is named
    [InlineData("02000000030A0141", StatusCode.InvalidArgument)]   // a flag that does not exist
    [InlineData("007FFFFFFF", StatusCode.ResourceExhausted)]   // a length beyond the limit
    [InlineData("0000", StatusCode.InvalidArgument)]   // a prefix that is cut off
    [InlineData("", StatusCode.InvalidArgument)]   // no message
    [InlineData("0000000000", StatusCode.InvalidArgument)]   // an empty message
    [InlineData("00000000050A0474696E79", StatusCode.InvalidArgument)]   // longer than its prefix says
    [InlineData("000000000AF8FFFF7F010A0474696E", StatusCode.InvalidArgument)]   // an unknown field
    public async Task A_damaged_frame_is_the_clients_fault(string frame, StatusCode expected)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{service.GrpcAddress}/inference.GRPCInferenceService/ModelInfer")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Convert.FromHexString(frame)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var headers = response.Headers.Contains("grpc-status") ? response.Headers : response.TrailingHeaders;
        Assert.Equal($"{(int)expected}", headers.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task A_stream_with_a_damaged_frame_is_the_clients_fault()
    {
        using var client = new HttpClient();
        var method = $"{service.GrpcAddress}/inference.GRPCInferenceService/ModelStreamInfer";
        using var request = new HttpRequestMessage(HttpMethod.Post, method)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, 2, 10, 127]),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        var headers = response.Headers.Contains("grpc-status") ? response.Headers : response.TrailingHeaders;
        Assert.Equal("3", headers.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task A_method_that_does_not_exist_is_unimplemented()
    {
        var method = new Method<ServerLiveRequest, ServerLiveResponse>(
            MethodType.Unary,
            "inference.GRPCInferenceService",
            "LogSettings",
            Marshallers.Create(message => message.ToByteArray(), ServerLiveRequest.Parser.ParseFrom),
            Marshallers.Create(message => message.ToByteArray(), ServerLiveResponse.Parser.ParseFrom));
        using var channel = GrpcChannel.ForAddress(service.GrpcAddress);
        var call = channel.CreateCallInvoker().AsyncUnaryCall(method, host: null, default, new ServerLiveRequest());

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call);

        Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
    }

    private static Action<ModelInferRequest> Parameter(string name, InferParameter value) => request => request.Parameters[name] = value;

    private static Action<ModelInferRequest> Files(params ByteString[] files) => request =>
    {
        request.RawInputContents.Clear();
        request.Inputs[0].Datatype = "BYTES";
        request.Inputs[0].Shape.Clear();
        request.Inputs[0].Shape.Add(1);
        request.Inputs[0].Contents = new InferTensorContents { BytesContents = { files } };
    };

    private Task Typed(InferTensorContents contents, string reason) => Refused(
        request =>
        {
            request.RawInputContents.Clear();
            request.Inputs[0].Contents = contents;
        },
        reason);

    private async Task Refused(Action<ModelInferRequest> damage, string reason, StatusCode expected = StatusCode.InvalidArgument)
    {
        var request = GrpcRequest.Pixel();
        damage(request);

        var status = await Status(request);

        Assert.Equal(expected, status.StatusCode);
        Assert.Contains(reason, status.Detail);
    }

    private async Task<Status> Status(ModelInferRequest request)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await service.Grpc.ModelInferAsync(request, cancellationToken: TestContext.Current.CancellationToken));
        return failure.Status;
    }
}
