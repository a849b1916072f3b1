using Pipeline.Serving.Evaluation;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Serving.Tests.Evaluation;

/// <summary>A model that the tests of a class share.</summary>
public sealed class SharedModel : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("shared-model").FullName;

    public SharedModel() => Version = TinyModel.Export(folder);

    /// <summary>The folder of its version.</summary>
    public string Version { get; }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}

/// <summary>Small scenes, and folders for what is found in them; all of it in a folder that is removed at the end.</summary>
internal sealed class EvaluatedScenes : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("evaluated-scenes").FullName;

    /// <param name="model">What finds objects in them.</param>
    /// <param name="images">Scenes of 96 x 64 pixels.</param>
    /// <param name="wide">Scenes of 128 x 64 pixels after them.</param>
    public EvaluatedScenes(SharedModel model, int images, int wide = 0)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var small = new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 };
        StreetSceneWriter.WriteKitti(Data, small, 0, images, cancellation: cancellation);
        StreetSceneWriter.WriteKitti(In("wide"), small with { WidthPixels = 128 }, images, wide, cancellation: cancellation);
        for (var index = 0; index < wide; index++)
        {
            File.Move(Path.Combine(In("wide"), Picture(index)), Path.Combine(Data, Picture(images + index)));
            File.Move(Path.Combine(In("wide"), Label(index)), Path.Combine(Data, Label(images + index)));
        }

        Options = new EvaluationOptions
        {
            ModelDirectory = model.Version,
            Data = Data,
            BatchSize = 2,
        };
    }

    /// <summary>Evaluates all of it in batches of two, and keeps nothing.</summary>
    public EvaluationOptions Options { get; }

    public string Data => In("kitti");

    public string In(string name) => Path.Combine(folder, name);

    public string Image(int number) => Path.Combine(Data, Picture(number));

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

    private static string Picture(int number) => $"training/image_2/{number:D6}.png";

    private static string Label(int number) => $"training/label_2/{number:D6}.txt";
}
