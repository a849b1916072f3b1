using System.Text.Json;
using Pipeline.Shared;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Detection;
using static TorchSharp.torch;

namespace Pipeline.Training.Engine;

/// <summary>What a fine-tuning needs to go on as if it had never stopped, in one file: weights, SGD's velocities, place.</summary>
internal static class FinetuneCheckpoint
{
    private const string WeightsFront = "weights.", VelocityFront = "velocity.", PositionKey = "position";

    public static void Save(string path, FasterRcnn detector, SgdState sgd, FinetunePosition position) => SafetensorsFile.Write(
        path,
        [.. StateDict.InOrder(detector, WeightsFront), .. sgd.Velocities.Select(entry => KeyValuePair.Create(VelocityFront + entry.Key, entry.Value))],
        new Dictionary<string, string> { [PositionKey] = JsonSerializer.Serialize(position, DetectorCheckpoint.Json) });

    /// <exception cref="UserErrorException">The file is none of this run's.</exception>
    public static FinetunePosition Resume(string path, FasterRcnn detector, SgdState sgd, Device device)
    {
        using var content = SafetensorsFile.Read(path);
        try
        {
            var position = JsonSerializer.Deserialize<FinetunePosition>(content.Metadata[PositionKey], DetectorCheckpoint.Json)!;
            DetectorCheckpoint.LoadInto(StateDict.InOrder(detector), content.Tensors.Where(entry => entry.Key.StartsWith(WeightsFront, StringComparison.Ordinal)).ToDictionary(entry => entry.Key[WeightsFront.Length..], entry => entry.Value), path);
            sgd.Restore(name => content.Tensors.GetValueOrDefault(VelocityFront + name), device);
            return position;
        }
        catch (Exception exception) when (exception is KeyNotFoundException or JsonException)
        {
            throw new UserErrorException($"{path}: this is no checkpoint that a run can go on from; begin a new run in another folder.", exception);
        }
    }
}
