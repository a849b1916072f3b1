using System.CommandLine;
using Pipeline.Shared.Commands;
using Pipeline.Training.Commands;

var root = new RootCommand("Trains object detectors on images of your own domain and exports them for pipeline-serve.")
{
    DemoCommand.Create(), DataCommand.Create(), ImportCommand.Create(), PretrainCommand.Create(), ProbeCommand.Create(), FinetuneCommand.Create(), ExportCommand.Create(), DoctorCommand.Create(),
};
return await CommandRunner.RunAsync(root, args);
