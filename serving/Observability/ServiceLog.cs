using Microsoft.Extensions.Logging.Console;

namespace Pipeline.Serving.Observability;

/// <summary>What the service writes about itself: one line an event, on the standard output.</summary>
internal static class ServiceLog
{
    /// <summary>
    /// The service's own events from information on; the server's from warning on, because it would tell each request three times.
    /// </summary>
    public static void Configure(ILoggingBuilder logging)
    {
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);   // the command tells what fails at the start
    }
}
