using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Tests.Engine;

public sealed class RunFolderLogTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("run-log").FullName;

    [Fact]
    public void What_is_information_or_above_stands_in_the_file_whatever_the_console_shows()
    {
        var console = new LoggedLines(LogLevel.Warning);
        var log = new RunFolderLog(folder, console);

        log.LogDebug("step 7");
        log.LogInformation("epoch {Epoch} of {Epochs}", 1, 2);
        log.LogWarning("a frame is left out");
        log.LogWarning("warning: says so itself");

        Assert.Equal(["epoch 1 of 2", "warning: a frame is left out", "warning: says so itself"], Lines().Select(WithoutTime));
        Assert.Equal(
            [(LogLevel.Warning, "a frame is left out"), (LogLevel.Warning, "warning: says so itself")],
            console.Events);
    }

    [Fact]
    public void Each_line_begins_with_the_time_in_UTC_and_a_message_is_one_line()
    {
        new RunFolderLog(folder, new LoggedLines(LogLevel.Trace)).LogInformation("{Path}: read", "a\nb");

        var line = Assert.Single(Lines());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ a b: read$", line);
        var time = DateTimeOffset.Parse(line[..20]);
        Assert.InRange(DateTimeOffset.UtcNow - time, TimeSpan.Zero, TimeSpan.FromMinutes(5));
    }

    [Fact]
    public void Lines_of_an_earlier_process_are_kept()
    {
        new RunFolderLog(folder, new LoggedLines(LogLevel.Trace)).LogInformation("begun");
        new RunFolderLog(folder, new LoggedLines(LogLevel.Trace)).LogInformation("goes on");

        Assert.Equal(["begun", "goes on"], Lines().Select(WithoutTime));
    }

    [Fact]
    public void Debug_lines_are_for_the_console_alone_and_asked_for_only_where_it_shows_them()
    {
        var detailed = new LoggedLines(LogLevel.Debug);
        var log = new RunFolderLog(folder, detailed);
        log.LogDebug("step 7");

        Assert.Equal([(LogLevel.Debug, "step 7")], detailed.Events);
        Assert.False(File.Exists(Path.Combine(folder, "log.txt")));
        Assert.True(log.IsEnabled(LogLevel.Debug));
        Assert.False(log.IsEnabled(LogLevel.Trace));
        var quiet = new RunFolderLog(folder, new LoggedLines(LogLevel.Warning));
        Assert.False(quiet.IsEnabled(LogLevel.Debug));
        Assert.True(quiet.IsEnabled(LogLevel.Information));
    }

    [Fact]
    public void While_the_folder_does_not_exist_lines_go_to_the_console_alone()
    {
        var console = new LoggedLines(LogLevel.Information);
        var missing = Path.Combine(folder, "removed");

        new RunFolderLog(missing, console).LogInformation("nothing had been saved yet");

        Assert.Single(console.Events);
        Assert.False(Directory.Exists(missing));
    }

    [Fact]
    public void Lines_of_several_threads_do_not_mix()
    {
        var log = new RunFolderLog(folder, new LoggedLines(LogLevel.Trace));

        Parallel.For(0, 200, number => log.LogInformation("line {Number}", number));

        Assert.Equal(
            Enumerable.Range(0, 200).Select(number => $"line {number}").Order(StringComparer.Ordinal),
            Lines().Select(WithoutTime).Order(StringComparer.Ordinal));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string[] Lines() => File.ReadAllLines(Path.Combine(folder, "log.txt"));

    private static string WithoutTime(string line) => Regex.Replace(line, "^[^ ]+ ", "");
}
