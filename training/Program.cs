using Pipeline.Shared.Commands;
using Pipeline.Training.Commands;

return await CommandRunner.RunAsync(TrainingCommands.Root(), TrainingCommands.Add, args);
