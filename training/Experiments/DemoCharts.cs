using Pipeline.Shared.Reports.Charts;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Experiments;

/// <summary>Curves of the demo's trainings, from the metrics that the runs wrote.</summary>
internal static class DemoCharts
{
    public static LineChart ContrastiveLoss(string run) =>
        Chart("Contrastive loss", "loss", ("InfoNCE", Points<PretrainEpoch>(run, epoch => (epoch.Epoch, epoch.Loss))));

    public static LineChart DetectorLoss(params (string Name, string Run)[] runs) =>
        Chart(
            "Loss of fine-tuning",
            "loss",
            [.. runs.Select(run => (run.Name, Points<FinetuneEpoch>(run.Run, epoch => (epoch.Epoch, epoch.Loss))))]);

    public static LineChart MeanAveragePrecision(params (string Name, string Run)[] runs) =>
        Chart(
            "mAP50 on held-out scenes",
            "mAP50",
            [.. runs.Select(run => (run.Name, Points<FinetuneEpoch>(run.Run, epoch => (epoch.Epoch, epoch.Map50))))]);

    private static LineChart Chart(string title, string unit, params (string Name, ChartPoint[] Points)[] curves)
    {
        var points = curves.SelectMany(curve => curve.Points).ToArray();
        var names = string.Join(", ", curves.Select(curve => curve.Name));
        return new LineChart(
            title,
            $"{unit} by epoch: {names}.",
            ChartAxis.FromZero("epoch", points.Select(point => point.X)),
            ChartAxis.FromZero(unit, points.Select(point => point.Y)),
            [.. curves.Select(curve => new ChartLine(curve.Name, curve.Points) { HasDots = true })]);
    }

    /// <summary>A number of each epoch, where there is one.</summary>
    private static ChartPoint[] Points<T>(string run, Func<T, (int Epoch, double? Value)> choose) =>
    [
        .. RunMetrics.Read<T>(run).Select(choose)
            .Where(point => point.Value is not null)
            .Select(point => new ChartPoint(point.Epoch, point.Value!.Value)),
    ];
}
