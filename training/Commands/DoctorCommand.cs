using System.CommandLine;
using Pipeline.Training.Diagnosis;

namespace Pipeline.Training.Commands;

/// <summary><c>doctor</c>: what works on this machine, what does not, what to do.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var device = new Option<string>("--device") { DefaultValueFactory = _ => "cpu", Description = "cpu or cuda." };
        var data = new Option<string?>("--data") { Description = "A data set in KITTI's layout to open." };
        var models = new Option<string>("--models") { DefaultValueFactory = _ => "models", Description = "The model repository." };
        device.AcceptOnlyFromAmong("cpu", "cuda");
        var command = new Command("doctor", "Tries native libraries, device, memory, folders, one training step, one export and ONNX Runtime, and says what to do where something fails.\n\nExample:\n  pipeline-train doctor --data kitti") { device, data, models };
        command.SetAction((result, cancellation) =>
        {
            var works = true;
            foreach (var finding in new Doctor(result.GetValue(device)!, result.GetValue(data), result.GetValue(models)!).Run(cancellation))
            {
                works &= finding.Works;
                Console.WriteLine($"{(finding.Works ? "ok  " : "FAIL")}  {finding.Name}: {finding.Detail}");
            }

            return Task.FromResult(works ? 0 : 1);
        });
        return command;
    }
}
