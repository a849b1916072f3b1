using Pipeline.Serving.Configuration;
using Pipeline.Serving.Inference;
using Pipeline.Shared;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Tests.Inference;

public sealed class ProviderTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("providers").FullName;

    [Theory]
    [InlineData(ExecutionProvider.Cuda, "cuda")]
    [InlineData(ExecutionProvider.TensorRt, "tensorrt")]
    public void A_provider_that_the_build_lacks_is_an_error_and_never_the_processor(ExecutionProvider provider, string name)
    {
        var directory = ModelDirectory.Open(SumModel.Publish(root));

        var refused = Assert.Throws<UserErrorException>(
            () => DetectorModel.Load(directory, new ExecutionOptions { Provider = provider }));

        Assert.Equal(
            $"the provider {name} is not in this build of the service, which is for the processor alone; build it with "
            + "-p:Accelerator=cuda, or choose the provider cpu.",
            refused.Message);
    }

    [Fact]
    public void The_service_does_not_start_without_the_provider_whatever_the_repository_holds()
    {
        var options = new ServiceOptions
        {
            Repository = new RepositoryOptions { Models = root },
            Execution = new ExecutionOptions { Provider = ExecutionProvider.Cuda },
        };

        var refused = Assert.Throws<UserErrorException>(() => DetectionService.Build(options));

        Assert.Contains("build it with -p:Accelerator=cuda", refused.Message);
    }

    [Theory]
    [InlineData(
        ExecutionProvider.Cuda,
        "[ErrorCode:Fail] /src/provider_bridge_ort.cc:2251 [ONNXRuntimeError] : 1 : FAIL : Failed to load library "
        + "libonnxruntime_providers_cuda.so with error: libcublasLt.so.13: cannot open shared object file: No such file or directory\n",
        "the provider cuda needs the library libcublasLt.so.13, which this machine lacks; install CUDA 13 and cuDNN 9 ")]
    [InlineData(
        ExecutionProvider.TensorRt,
        "Failed to load library libonnxruntime_providers_tensorrt.so with error: libnvinfer.so.10: cannot open shared object file",
        "the provider tensorrt needs the library libnvinfer.so.10, which this machine lacks; install CUDA 13, cuDNN 9 and TensorRT 10 ")]
    [InlineData(
        ExecutionProvider.Cuda,
        """Error loading "onnxruntime_providers_cuda.dll" which depends on "cublasLt64_13.dll" which is missing.""",
        "the provider cuda needs the library cublasLt64_13.dll, which this machine lacks; ")]
    [InlineData(
        ExecutionProvider.Cuda,
        "CUDA failure 100: no CUDA-capable device is detected.\n  at native code",
        "the provider cuda cannot be used on this machine: CUDA failure 100: no CUDA-capable device is detected. See whether nvidia-smi ")]
    public void What_the_machine_lacks_is_named_in_one_line(ExecutionProvider provider, string said, string expected)
    {
        var explained = MissingProvider.Explain(provider, new InvalidOperationException(said));

        Assert.StartsWith(expected, explained.Message);
        Assert.EndsWith("or choose the provider cpu.", explained.Message);
        Assert.DoesNotContain('\n', explained.Message);
    }

    [Theory]
    [InlineData(ExecutionProvider.Cpu, 1, 8, 1)]
    [InlineData(ExecutionProvider.Cpu, 4, 1, 1)]
    [InlineData(ExecutionProvider.Cpu, 2, 2, 2)]
    [InlineData(ExecutionProvider.Cuda, 3, 1, 3)]
    public void Executions_share_a_session_only_where_it_has_no_pool_of_threads_and_no_stream(
        ExecutionProvider provider, int instances, int threads, int sessions)
    {
        var execution = new ExecutionOptions { Provider = provider, Instances = instances, Threads = threads };

        Assert.Equal(sessions, new SessionSettings(execution).Sessions);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(64)]
    public void Executions_and_their_threads_do_not_exceed_the_cores_unless_there_are_more_executions_than_cores(int instances)
    {
        var threads = new ExecutionOptions { Instances = instances }.EffectiveThreads;

        Assert.InRange(instances * threads, 1, Math.Max(instances, Environment.ProcessorCount));
    }

    [Fact]
    public void Memory_is_given_back_after_an_unusually_large_execution_only()
    {
        const long Frame = 4_000_000;
        var shrinking = new ArenaShrinking();

        Assert.False(shrinking.IsDue(Frame));
        Assert.False(shrinking.IsDue(2 * Frame));
        Assert.True(shrinking.IsDue(100 * Frame));
        Assert.False(shrinking.IsDue(Frame));
        Assert.False(new ArenaShrinking().IsDue(100 * Frame), "the first execution is unusual for nothing");
    }

    [Fact]
    public void Small_images_of_any_size_never_cost_the_time_to_give_memory_back()
    {
        var shrinking = new ArenaShrinking();
        shrinking.IsDue(3);

        Assert.False(shrinking.IsDue(2_000_000));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);
}
