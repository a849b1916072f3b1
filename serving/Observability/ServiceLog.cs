using Microsoft.Extensions.Logging.Console;
using Pipeline.Shared.Commands;

namespace Pipeline.Serving.Observability;

/// <summary>Configures the service's log: one line per event, on standard output.</summary>
internal static class ServiceLog
{
    /// <summary>
    /// The service's own events are logged as the verbosity says. The server's are logged from warnings up, because it writes three
    /// lines per request, unless the verbosity is debug.
    /// </summary>
    public static void Configure(ILoggingBuilder logging, Verbosity verbosity)
    {
        logging.AddConsole(console =>
        {
            console.FormatterName = ServiceLineFormatter.FormatterName;
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;   // a reader that stalls must not stop requests
        });
        logging.AddConsoleFormatter<ServiceLineFormatter, ConsoleFormatterOptions>();
        logging.Services.AddSingleton(new ServiceLineOptions(verbosity.ShowsStackTraces()));
        logging.SetMinimumLevel(verbosity.LeastLevel());
        logging.AddFilter("Microsoft", verbosity == Verbosity.Debug ? LogLevel.Information : LogLevel.Warning);
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);   // the command reports what fails at startup
    }
}
