using Microsoft.ML.OnnxRuntime;
using Pipeline.Serving.Configuration;
using Pipeline.Shared;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace Pipeline.Serving.Inference;

/// <summary>How ONNX Runtime executes a model: the one place where its sessions are configured.</summary>
/// <param name="execution">What the user chose.</param>
internal sealed class SessionSettings(ExecutionOptions execution)
{
    private const int FewThreads = 4;
    private const string Yes = "1";
    private const string No = "0";

    /// <summary>Where the sessions execute.</summary>
    public ExecutionProvider Provider => execution.Provider;

    /// <summary>
    /// How many sessions the executions are shared among. A session executes several calls at a time, but they share its pool of threads,
    /// or on a GPU its one stream; a session whose executions have one thread each has no pool.
    /// </summary>
    public int Sessions => execution.Provider == ExecutionProvider.Cpu && execution.EffectiveThreads == 1 ? 1 : execution.Instances;

    /// <summary>Memory that an execution gives back when it ends, as the run option that shrinks arenas takes it.</summary>
    public string Arenas => execution.Provider == ExecutionProvider.Cpu ? "cpu:0" : $"cpu:0;gpu:{execution.DeviceId}";

    /// <summary>The options of one session; dispose them when it was created.</summary>
    /// <exception cref="UserErrorException">The build or the machine lacks the provider.</exception>
    public SessionOptions Create()
    {
        var options = new SessionOptions
        {
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = execution.EffectiveThreads,
            EnableMemoryPattern = false,   // a pattern is kept for every shape, and images have any size
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,   // failures are thrown, and reported once
        };
        try
        {
            options.AddSessionConfigEntry("session.intra_op.allow_spinning", Spins ? Yes : No);
            options.AddSessionConfigEntry("session.force_spinning_stop", Yes);   // between two executions
            options.AddSessionConfigEntry("session.use_device_allocator_for_initializers", Yes);   // or they would keep the arena large
            Append(options);
            return options;
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }

    /// <summary>Threads that wait actively for work take cores from decoding where these are few, and from other sessions.</summary>
    private bool Spins => Sessions == 1 && execution.EffectiveThreads > FewThreads;

    private void Append(SessionOptions options)
    {
        try
        {
            if (execution.Provider == ExecutionProvider.TensorRt)
            {
                using var tensorRt = new OrtTensorRTProviderOptions();
                tensorRt.UpdateOptions(TensorRt());
                options.AppendExecutionProvider_Tensorrt(tensorRt);
            }

            if (execution.Provider != ExecutionProvider.Cpu)
            {
                using var cuda = new OrtCUDAProviderOptions();
                cuda.UpdateOptions(Cuda());
                options.AppendExecutionProvider_CUDA(cuda);   // also for what TensorRT does not support
            }
        }
        catch (OnnxRuntimeException exception)
        {
            throw MissingProvider.Explain(execution.Provider, exception);
        }
    }

    /// <summary>The default search tries every algorithm for every new shape, which takes up to a second each time.</summary>
    private Dictionary<string, string> Cuda()
    {
        var settings = new Dictionary<string, string>
        {
            ["device_id"] = $"{execution.DeviceId}",
            ["cudnn_conv_algo_search"] = "HEURISTIC",
            ["arena_extend_strategy"] = "kSameAsRequested",
        };
        if (execution.ArenaLimitBytes is { } limit)
        {
            settings["gpu_mem_limit"] = $"{limit}";
        }

        return settings;
    }

    private Dictionary<string, string> TensorRt() => new()
    {
        ["device_id"] = $"{execution.DeviceId}",
        ["trt_fp16_enable"] = execution.Fp16 ? Yes : No,
    };
}
