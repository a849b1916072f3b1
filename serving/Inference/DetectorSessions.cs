using Microsoft.ML.OnnxRuntime;
using Pipeline.Serving.Configuration;
using Pipeline.Shared;
using Pipeline.Shared.ModelRepository;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace Pipeline.Serving.Inference;

/// <summary>A session, and what it remembers of its executions.</summary>
/// <param name="Onnx">The session.</param>
/// <param name="Shrinking">Decides when it gives memory back.</param>
internal sealed record DetectorSession(InferenceSession Onnx, ArenaShrinking Shrinking);

/// <summary>The sessions of one version of a model: one for each instance, or one for all.</summary>
internal sealed class DetectorSessions : IDisposable
{
    private readonly List<DetectorSession> sessions = [];
    private readonly PrePackedWeightsContainer packedWeights = new();

    private DetectorSessions(string arenas) => Arenas = arenas;

    /// <summary>How many sessions there are.</summary>
    public int Count => sessions.Count;

    /// <summary>The arenas that they can shrink, as a run option names them.</summary>
    public string Arenas { get; }

    /// <summary>The session of an instance.</summary>
    public DetectorSession this[int instance] => sessions[instance % sessions.Count];

    /// <summary>Creates the sessions from bytes that were verified after they were read.</summary>
    /// <exception cref="UserErrorException">
    /// The file was changed, ONNX Runtime rejects it, it is no detector, or the build or the machine lacks the provider.
    /// </exception>
    public static DetectorSessions Create(ModelDirectory directory, SessionSettings settings)
    {
        OnnxRuntimeTelemetry.TurnOffTracing();
        var created = new DetectorSessions(settings.Arenas);
        try
        {
            var model = directory.ReadModel();
            ModelScan.Require(directory.ModelPath, model);
            created.Add(directory, model, settings);
            return created;
        }
        catch
        {
            created.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var session in sessions)
        {
            session.Onnx.Dispose();
        }

        packedWeights.Dispose();   // the sessions use them to their end
    }

    private void Add(ModelDirectory directory, byte[] model, SessionSettings settings)
    {
        var path = directory.ModelPath;
        while (sessions.Count < settings.Sessions)
        {
            using var options = settings.Create();
            var onnx = Open(path, model, options, settings.Provider);
            sessions.Add(new DetectorSession(onnx, new ArenaShrinking()));
            ModelContract.Require(onnx, directory);
        }
    }

    private InferenceSession Open(string path, byte[] model, SessionOptions options, ExecutionProvider provider)
    {
        try
        {
            return new InferenceSession(model, options, packedWeights);
        }
        catch (OnnxRuntimeException exception) when (IsOfGpu(provider, exception))
        {
            throw MissingProvider.CannotBeUsed(provider, exception);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new UserErrorException($"{path}: {RuntimeRefusal.Of(exception)}. Export the model again.", exception);
        }
    }

    /// <summary>A GPU that is missing shows only when a session is created.</summary>
    private static bool IsOfGpu(ExecutionProvider provider, OnnxRuntimeException exception)
    {
        var names = exception.Message.Contains("CUDA", StringComparison.Ordinal)
            || exception.Message.Contains("TensorRT", StringComparison.Ordinal);
        return names && provider != ExecutionProvider.Cpu;
    }
}
