using Microsoft.Extensions.Logging.Console;
using Pipeline.Shared.Commands;

namespace Pipeline.Serving.Observability;

/// <summary>What the service writes about itself: one line an event, on the standard output.</summary>
internal static class ServiceLog
{
    /// <summary>
    /// The service's own events as the verbosity says; the server's from warning on, because it would tell each request three times,
    /// unless everything is asked for.
    /// </summary>
    public static void Configure(ILoggingBuilder logging, Verbosity verbosity)
    {
        logging.AddConsole(console => console.FormatterName = ServiceLineFormatter.FormatterName);
        logging.AddConsoleFormatter<ServiceLineFormatter, ConsoleFormatterOptions>();
        logging.Services.AddSingleton(new ServiceLineOptions(verbosity.ShowsStackTraces()));
        logging.SetMinimumLevel(verbosity.LeastLevel());
        logging.AddFilter("Microsoft", verbosity == Verbosity.Debug ? LogLevel.Information : LogLevel.Warning);
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);   // the command tells what fails at the start
    }
}
