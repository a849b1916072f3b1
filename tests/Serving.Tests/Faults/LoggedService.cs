using Pipeline.Serving.Tests.Programs;

namespace Pipeline.Serving.Tests.Faults;

/// <summary>A service as a real process, whose log is read request by request.</summary>
public sealed class LoggedService : IAsyncLifetime
{
    /// <summary>The longest body that it takes.</summary>
    public const int MaxBodyBytes = 100_000;

    private readonly string root = Directory.CreateTempSubdirectory("faults").FullName;
    private readonly List<string> unread = [];
    private ServiceProcess service = null!;
    private int requests;

    /// <summary>Where it listens.</summary>
    public Uri Address => service.Address;

    public async ValueTask InitializeAsync()
    {
        TinyModel.Export(root);
        service = await ServiceProcess.Start(root, Cancellation, "--max-body-bytes", $"{MaxBodyBytes}");
    }

    /// <summary>Waits for a line that contains a text.</summary>
    public async Task ReadUntil(string text, CancellationToken cancellation) =>
        unread.AddRange(await service.ReadLinesUntil(text, cancellation));

    /// <summary>Sends a last request, whose own line shows that the log is complete up to it.</summary>
    /// <returns>The lines since the last call, that request's the last.</returns>
    public async Task<IReadOnlyList<string>> LinesUpToNow(CancellationToken cancellation)
    {
        var path = $"/last/{requests++}/";
        using var client = new HttpClient();
        await client.GetAsync(new Uri(Address, path), cancellation);
        await ReadUntil(path, cancellation);
        string[] lines = [.. unread];
        unread.Clear();
        return lines;
    }

    /// <summary>The service ends in order after all these requests, and says nothing more.</summary>
    public async ValueTask DisposeAsync()
    {
        var end = await service.End("TERM", Cancellation);
        service.Dispose();
        Directory.Delete(root, recursive: true);
        Assert.Empty(end.Errors);
        Assert.Equal(0, end.Code);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
}
