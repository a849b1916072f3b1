using Pipeline.Serving.Evaluation;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Serving.Tests.Evaluation;

/// <summary>Small scenes, a model for them, and folders for what is found; all of it in a folder that is removed at the end.</summary>
internal sealed class EvaluatedScenes : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("evaluated-scenes").FullName;

    /// <param name="images">Scenes of 96 x 64 pixels.</param>
    /// <param name="wide">Scenes of 128 x 64 pixels after them.</param>
    public EvaluatedScenes(int images, int wide = 0)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var small = new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 };
        StreetSceneWriter.WriteKitti(Data, small, 0, images, cancellation: cancellation);
        if (wide > 0)
        {
            StreetSceneWriter.WriteKitti(In("wide"), small with { WidthPixels = 128 }, images, wide, cancellation: cancellation);
            foreach (var file in Directory.EnumerateFiles(In("wide"), "*", SearchOption.AllDirectories))
            {
                File.Move(file, Path.Combine(Data, Path.GetRelativePath(In("wide"), file)), overwrite: true);
            }
        }

        Options = new EvaluationOptions
        {
            ModelDirectory = TinyModel.Export(In("models")),
            Data = Data,
            BatchSize = 2,
        };
    }

    /// <summary>Evaluates all of it in batches of two, and keeps nothing.</summary>
    public EvaluationOptions Options { get; }

    public string Data => In("kitti");

    public string In(string name) => Path.Combine(folder, name);

    public string Image(int number) => Path.Combine(Data, "training", "image_2", $"{number:D6}.png");

    public EvaluationOptions Into(string output) => Options with { Output = In(output) };

    /// <summary>Runs as the command does.</summary>
    public static CompletedEvaluation? Detect(EvaluationOptions options, RecordedProgress? progress = null) =>
        ModelEvaluation.Detect(options, remark: Assert.Fail, progress, TestContext.Current.CancellationToken);

    /// <summary>Runs and is interrupted after some executions.</summary>
    public static void Interrupt(EvaluationOptions options, int executions)
    {
        using var cancellation = new CancellationTokenSource();
        var count = 0;
        var progress = new RecordedProgress
        {
            Reported = () =>
            {
                count++;
                if (count == executions)
                {
                    cancellation.Cancel();
                }
            },
        };
        Assert.ThrowsAny<OperationCanceledException>(
            () => ModelEvaluation.Detect(options, remark: Assert.Fail, progress, cancellation.Token));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
