using System.Diagnostics;
using System.Text.RegularExpressions;
using Pipeline.Serving.Tests.Programs;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Serving.Tests.Inference;

/// <summary>
/// Nothing leaves the machine, and nothing stays behind in the user's folders. The programs get a home folder of their own and hardly
/// any environment variables: ONNX Runtime holds its telemetry back on a build server, where this test would then see nothing.
/// </summary>
public sealed partial class TelemetryTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("telemetry").FullName;

    public TelemetryTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows keeps the home folder elsewhere.");

    [Fact]
    public async Task T1_evaluate_leaves_nothing_in_the_home_folder_and_contacts_nobody()
    {
        var model = TinyModel.Export(In("models"));
        StreetSceneWriter.WriteKitti(
            In("data"), new StreetSceneOptions { WidthPixels = 192, HeightPixels = 64 }, 0, 2, cancellation: Cancellation);

        await Run(BuiltPrograms.Serve, "evaluate", "--model", model, "--data", In("data"));
    }

    [Fact]
    public async Task T1_detect_leaves_nothing_in_the_home_folder_and_contacts_nobody()
    {
        var model = TinyModel.Export(In("models"));
        File.WriteAllBytes(In("image.png"), ServiceFixture.Png());

        await Run(BuiltPrograms.Serve, "detect", "--model", model, In("image.png"));
    }

    [Fact]
    public async Task T1_doctor_leaves_nothing_in_the_home_folder_and_contacts_nobody() =>
        await Run(BuiltPrograms.Train, "doctor", "--models", In("models"));

    [Fact]
    public async Task T1_the_service_leaves_nothing_in_the_home_folder_and_contacts_nobody()
    {
        TinyModel.Export(In("models"));
        using var client = new HttpClient();
        using var image = new ByteArrayContent(ServiceFixture.Png());
        using var service = await ServiceProcess.Start(
            Start(BuiltPrograms.Serve, "--models", In("models"), "--url", "http://127.0.0.1:0"), Cancellation);

        var answer = await client.PostAsync(new Uri(service.Address, "/v1/detect"), image, Cancellation);
        Assert.True(answer.IsSuccessStatusCode);
        await service.End("TERM", Cancellation);

        AssertNothingLeft();
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string In(string name) => Path.Combine(folder, name);

    private async Task Run(string program, params string[] arguments)
    {
        var end = await BuiltPrograms.Run(Start(program, arguments), Cancellation);
        Assert.True(end.Code == 0, end.Output + end.Errors);
        AssertNothingLeft();
    }

    private void AssertNothingLeft()
    {
        Assert.Empty(Directory.GetFileSystemEntries(In("home"), "*", SearchOption.AllDirectories));
        Assert.SkipUnless(File.Exists(In("trace")), "The home folder is empty; without strace the connections were not checked.");
        Assert.All(File.ReadLines(In("trace")).Where(IsInternet), line => Assert.True(IsLoopback(line), line));
    }

    private ProcessStartInfo Start(string program, params string[] arguments)
    {
        Directory.CreateDirectory(In("home"));
        var isTraced = IsOnPath("strace");
        // -D: the tracer is not the parent, so the process is the program itself and receives its signals.
        string[] trace = ["-D", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", In("trace"), program, .. arguments];
        var start = isTraced ? BuiltPrograms.Start("strace", trace) : BuiltPrograms.Start(program, arguments);
        var kept = start.Environment.Where(
            variable => variable.Key == "PATH" || variable.Key.StartsWith("DOTNET_ROOT", StringComparison.Ordinal)).ToArray();
        start.Environment.Clear();
        foreach (var (name, value) in kept)
        {
            start.Environment[name] = value;
        }

        start.Environment["HOME"] = In("home");
        return start;
    }

    private static bool IsOnPath(string program)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return folders.Any(path => File.Exists(Path.Combine(path, program)));
    }

    private static bool IsInternet(string line) => InternetPattern().IsMatch(line);

    /// <summary>A DNS query (port 53) is not local traffic, even when the machine's own resolver answers it.</summary>
    private static bool IsLoopback(string line) => LoopbackPattern().IsMatch(line) && !line.Contains("htons(53)", StringComparison.Ordinal);

    [GeneratedRegex("AF_INET6?,")]
    private static partial Regex InternetPattern();

    [GeneratedRegex("inet_addr\\(\"127\\.|\"::1\"|\"::ffff:127\\.")]
    private static partial Regex LoopbackPattern();
}
