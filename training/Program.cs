using Pipeline.Shared.Commands;
using Pipeline.Training.Commands;
using Pipeline.Training.Native;

NativeHeap.KeepFreedMemory();
return await CommandRunner.RunAsync(TrainingCommands.Root(), TrainingCommands.Add, args);
