using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Numbers;
using Pipeline.Training.Experiments;
using Pipeline.Training.Native;

namespace Pipeline.Training.Commands;

/// <summary><c>demo</c>: the whole job in minutes.</summary>
/// <param name="console">Shows progress on a terminal.</param>
/// <param name="log">The console's.</param>
internal sealed class DemoCommand(ConsoleProgress console, ILogger<DemoCommand> log) : IProgramCommand
{
    /// <inheritdoc />
    public Command Create()
    {
        var defaults = new DemoOptions();
        var output = new Option<string>("--output")
        {
            DefaultValueFactory = _ => defaults.Output,
            Description = "Folder for scenes, runs and the report; an interrupted demo resumes there.",
        };
        var models = new Option<string>("--models")
        {
            DefaultValueFactory = _ => defaults.Models,
            Description = "The model repository that the better detector goes to.",
        };
        var seed = NumberOption.Create("--seed", new NumberRange<int>(0, int.MaxValue), defaults.Seed, "Seed of scenes and trainings.");
        var quick = new Option<bool>("--quick")
        {
            Description = "Far fewer scenes and passes: shows that the machine can do it, not that it learns.",
        };
        var command = new Command(
            "demo",
            "Draws street scenes, retrains a backbone contrastively, fine-tunes a detector without and with it, exports and "
            + "measures both, and writes a report.\n\nExample:\n  pipeline-train demo --output runs/demo")
        {
            output, models, seed, quick,
        };
        command.SetAction((result, cancellation) =>
        {
            var options = defaults with
            {
                Output = result.GetValue(output)!,
                Models = result.GetValue(models)!,
                Seed = result.GetValue(seed),
            };
            options = result.GetValue(quick)
                ? options with { UnlabeledScenes = 64, TrainScenes = 16, TestScenes = 8, PretrainEpochs = 2, FinetuneEpochs = 2 }
                : options;
            NativeHeap.KeepFreedMemory(ComputeDevice.Cpu);
            var report = console.RunStages(progress => new DemoRun(options, progress, log, cancellation).Run());
            foreach (var run in report.Runs)
            {
                Console.WriteLine(FormattableString.Invariant($"{run.Name,-10} mAP {Rounded(run.Map)}, mAP50 {Rounded(run.Map50)}"));
            }

            Console.WriteLine(FormattableString.Invariant(
                $"{report.Seconds:F0} s; report: {Path.Combine(options.Output, "report.html")}; model: {report.Model}"));
            return Task.FromResult(0);
        });
        return command;
    }

    private static string Rounded(double? value) => value?.ToString("F3", CultureInfo.InvariantCulture) ?? "-";
}
