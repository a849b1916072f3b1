using Pipeline.Serving;
using Pipeline.Shared.Commands;

return await CommandRunner.RunAsync(ServiceCommand.Root(), ServiceCommand.AddCommands, args);
