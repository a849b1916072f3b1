using System.CommandLine;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Pipeline.Shared.Commands;
using Pipeline.Training.Diagnosis;

namespace Pipeline.Training.Commands;

/// <summary><c>doctor</c>: what works on this machine, what does not, what to do.</summary>
/// <param name="log">The console's.</param>
internal sealed partial class DoctorCommand(ILogger<DoctorCommand> log) : IProgramCommand
{
    /// <inheritdoc />
    public Command Create()
    {
        var device = new Option<string>("--device") { DefaultValueFactory = _ => "cpu", Description = "cpu or cuda." };
        var data = new Option<string?>("--data") { Description = "A data set in KITTI's layout to open." };
        var models = new Option<string>("--models") { DefaultValueFactory = _ => "models", Description = "The model repository." };
        device.AcceptOnlyFromAmong("cpu", "cuda");
        var command = new Command(
            "doctor",
            "Tries native libraries, device, memory, folders, one training step, one export and ONNX Runtime, and says what to do "
            + "where something fails.\n\nExample:\n  pipeline-train doctor --data kitti")
        {
            device, data, models,
        };
        command.SetAction((result, cancellation) =>
        {
            var works = true;
            var start = Stopwatch.GetTimestamp();
            foreach (var finding in new Doctor(result.GetValue(device)!, result.GetValue(data), result.GetValue(models)!).Run(cancellation))
            {
                works &= finding.Works;
                Console.WriteLine($"{(finding.Works ? "ok  " : "FAIL")}  {finding.Name}: {finding.Detail}");
                Tried(finding.Name, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                start = Stopwatch.GetTimestamp();
            }

            return Task.FromResult(works ? 0 : 1);
        });
        return command;
    }

    [LoggerMessage(LogLevel.Debug, "{Name}: tried in {Milliseconds:F0} ms")]
    private partial void Tried(string name, double milliseconds);
}
