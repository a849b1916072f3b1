using System.Text.Json;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;
using Pipeline.Training.Checkpoints;

namespace Pipeline.Training.Engine;

/// <summary>
/// What a run needs to resume as if it had never stopped, in one <c>.safetensors</c> file: the training's state, SGD's momentum buffers
/// (<c>velocity.…</c>) and, in the metadata, the place.
/// </summary>
internal static class RunCheckpoint
{
    /// <summary>The file's name in a run's folder.</summary>
    public const string FileName = "resume.safetensors";

    private const string VelocityPrefix = "velocity.", PositionKey = "position";

    public static void Save<TBatch>(string path, ITraining<TBatch> training, Optimization optimization, RunPosition position)
        where TBatch : ITrainingBatch<TBatch>
    {
        var velocities = optimization.Sgd.MomentumBuffers.Select(entry => KeyValuePair.Create(VelocityPrefix + entry.Key, entry.Value));
        var metadata = new Dictionary<string, string>(training.StateTexts())
        {
            [PositionKey] = JsonSerializer.Serialize(position, JsonFormat.Options),
        };
        SafetensorsFile.Write(path, [.. training.StateTensors(), .. velocities], metadata);
    }

    /// <exception cref="UserErrorException">The file is none of this run's.</exception>
    public static RunPosition Resume<TBatch>(string path, ITraining<TBatch> training, Optimization optimization)
        where TBatch : ITrainingBatch<TBatch>
    {
        using var content = SafetensorsFile.Read(path);
        try
        {
            var position = JsonSerializer.Deserialize<RunPosition>(content.Metadata[PositionKey], JsonFormat.Options)!;
            var state = new RunState(content.Tensors, content.Metadata, path);
            training.Restore(state);
            optimization.Restore(state.Below(VelocityPrefix), position.LossScale);
            return position;
        }
        catch (Exception exception) when (exception is KeyNotFoundException or JsonException)
        {
            throw new UserErrorException(
                $"{path}: this is not a checkpoint that a run can resume from; start a new run in another folder.",
                exception);
        }
    }
}
