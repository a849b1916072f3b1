using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Experiments;

/// <summary>Curves of the demo's trainings as SVG, from the metrics that the runs wrote.</summary>
internal static class DemoCharts
{
    private const double WidthPixels = 460, HeightPixels = 280;
    private static readonly OxyColor[] Colors = [OxyColor.FromRgb(0x35, 0x6c, 0xb0), OxyColor.FromRgb(0xd0, 0x6b, 0x1c)];

    public static string ContrastiveLoss(string run) =>
        Chart("Contrastive loss", "loss", ("InfoNCE", Points<PretrainEpoch>(run, epoch => (epoch.Epoch, epoch.Loss))));

    public static string DetectorLoss(params (string Name, string Run)[] runs) =>
        Chart(
            "Loss of fine-tuning",
            "loss",
            [.. runs.Select(run => (run.Name, Points<FinetuneEpoch>(run.Run, epoch => (epoch.Epoch, epoch.Loss))))]);

    public static string MeanAveragePrecision(params (string Name, string Run)[] runs) =>
        Chart(
            "mAP50 on held-out scenes",
            "mAP50",
            [.. runs.Select(run => (run.Name, Points<FinetuneEpoch>(run.Run, epoch => (epoch.Epoch, epoch.Map50))))]);

    private static string Chart(string title, string unit, params (string Name, DataPoint[] Points)[] curves)
    {
        var model = new PlotModel { Title = title, TitleFontSize = 14, DefaultFont = "sans-serif", Background = OxyColors.White };
        model.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, Title = "epoch", MinimumMajorStep = 1 });
        model.Axes.Add(new LinearAxis { Position = AxisPosition.Left, Title = unit, Minimum = 0, MajorGridlineStyle = LineStyle.Dot });
        if (curves.Length > 1)
        {
            model.Legends.Add(new Legend { LegendPosition = LegendPosition.TopRight });
        }

        foreach (var ((name, points), color) in curves.Zip(Colors))
        {
            var line = new LineSeries { Title = name, Color = color, MarkerType = MarkerType.Circle, MarkerSize = 3 };
            line.Points.AddRange(points);
            model.Series.Add(line);
        }

        return new SvgExporter { Width = WidthPixels, Height = HeightPixels, IsDocument = false }.ExportToString(model);
    }

    /// <summary>A number of each epoch, where there is one.</summary>
    private static DataPoint[] Points<T>(string run, Func<T, (int Epoch, double? Value)> choose) =>
    [
        .. RunMetrics.Read<T>(run).Select(choose)
            .Where(point => point.Value is not null)
            .Select(point => new DataPoint(point.Epoch, point.Value!.Value)),
    ];
}
