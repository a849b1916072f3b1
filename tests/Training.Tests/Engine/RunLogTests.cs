using Pipeline.Shared.Synthetic;
using Pipeline.Training.Augmentation;
using Pipeline.Training.Backbones;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Tests.Engine;

/// <summary>Both trainings tell in <c>log.txt</c> that they begin, are interrupted, go on and finish.</summary>
public sealed class RunLogTests(DrawnScenes scenes) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("log").FullName;

    [Fact]
    public void A_contrastive_run_tells_its_beginning_interruption_resumption_and_end()
    {
        var size = new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 };
        var cancellation = TestContext.Current.CancellationToken;
        StreetSceneWriter.WriteImages(Path.Combine(folder, "images"), size, 0, 8, cancellation: cancellation);
        var options = new PretrainOptions
        {
            Images = Path.Combine(folder, "images"),
            Output = Path.Combine(folder, "run"),
            Epochs = 2,
            BatchSize = 4,
            Backbone = new ResNetOptions { Architecture = "resnet18", WidthMultiplier = 0.0625, BatchNorm = BatchNormMode.Train },
            Contrastive = new ContrastiveOptions { QueueSize = 8, Dimension = 8 },
            Views = new ViewOptions { SizePixels = 32 },
        };

        var log = Interrupted(control => ContrastiveTraining.Run(options, control), options.Output);

        Assert.Equal(["begun: 4 steps on 8 images", "interrupted after step 0; saved", "resumes at step 1 of 4", "finished"], log);
    }

    [Fact]
    public void A_fine_tuning_tells_its_beginning_interruption_resumption_and_end()
    {
        var options = new FinetuneOptions
        {
            Data = scenes.Folder,
            Output = Path.Combine(folder, "run"),
            Epochs = 1,
            BatchSize = 4,
            Detector = new DetectorOptions
            {
                Backbone = new ResNetOptions { Architecture = "resnet18", WidthMultiplier = 0.0625, BatchNorm = BatchNormMode.Train },
                FpnChannels = 8,
                BoxHeadChannels = 16,
                MinSizePixels = 64,
                MaxSizePixels = 128,
            },
        };

        var log = Interrupted(control => DetectorTraining.Run(options, control), options.Output);

        Assert.Equal(["begun: 3 steps on 12 images", "interrupted after step 0; saved", "resumes at step 1 of 3", "finished"], log);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Ends a run after its first step, lets it go on, and gives the lines of its log that tell of it.</summary>
    private static string[] Interrupted(Action<RunControl> run, string output)
    {
        const int TimeLength = 21;
        using var source = new CancellationTokenSource();
        var progress = new EndsAfterFirstStep(source);
        Assert.Throws<OperationCanceledException>(() => run(new RunControl { Progress = progress, Cancellation = source.Token }));
        run(new RunControl { Resume = true, Cancellation = TestContext.Current.CancellationToken });
        string[] beginnings = ["begun", "interrupted", "resumes", "finished"];
        return
        [
            .. File.ReadLines(Path.Combine(output, "log.txt")).Select(line => line[TimeLength..])
                .Where(line => beginnings.Any(beginning => line.StartsWith(beginning, StringComparison.Ordinal))),
        ];
    }

    private sealed class EndsAfterFirstStep(CancellationTokenSource source) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == 1 && value.Loss > 0)
            {
                source.Cancel();
            }
        }
    }
}
