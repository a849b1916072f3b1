using System.Reflection;
using System.Text.Json;
using Xunit.Sdk;
using Xunit.v3;

namespace Pipeline.Golden;

/// <summary>Where the reference vectors are: <c>PIPELINE_GOLDEN</c> if it is set, else <c>tests/Golden/vectors</c>.</summary>
internal static class GoldenFolder
{
    private static readonly string Committed = Path.Combine(SharedData.RepositoryRoot, "tests", "Golden", "vectors");

    public static string Root { get; } = Environment.GetEnvironmentVariable("PIPELINE_GOLDEN") is { Length: > 0 } folder
        ? Path.GetFullPath(folder)
        : Committed;

    /// <summary>Whether the vectors of this repository are read, in which every kind that a test reads occurs.</summary>
    public static bool IsCommitted => Root == Committed;

    /// <summary>A file of the committed vectors, wherever <c>PIPELINE_GOLDEN</c> points; fails the test when it is absent.</summary>
    public static string CommittedFile(string relative) => SharedData.Existing(Committed, relative);

    /// <summary>Every case below the root as (<c>topic/case</c>, kind).</summary>
    /// <exception cref="DirectoryNotFoundException">The root does not exist.</exception>
    public static IEnumerable<(string Name, string Kind)> Cases()
    {
        foreach (var file in Directory.EnumerateFiles(Root, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = Path.GetRelativePath(Root, file).Replace('\\', '/')[..^".json".Length];
            if (name.Contains('/', StringComparison.Ordinal))
            {
                yield return (name, KindOf(file));
            }
        }
    }

    private static string KindOf(string file)
    {
        var reader = new Utf8JsonReader(File.ReadAllBytes(file));
        while (reader.Read())
        {
            if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isKind = reader.ValueTextEquals("kind");
                reader.Read();
                if (isKind)
                {
                    return reader.GetString()!;
                }

                reader.Skip();
            }
        }

        return "none";
    }
}

/// <summary>One row for each reference file of the given kinds.</summary>
/// <remarks>No rows, and so a skipped test, only where <c>PIPELINE_GOLDEN</c> points to a folder without these kinds.</remarks>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class GoldenDataAttribute(string topic, params string[] kinds) : DataAttribute
{
    public string Topic => topic;

    public IReadOnlyList<string> Kinds => kinds;

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        IReadOnlyCollection<ITheoryDataRow> rows =
        [
            .. from entry in GoldenFolder.Cases()
               where entry.Name.StartsWith(topic + "/", StringComparison.Ordinal) && kinds.Contains(entry.Kind)
               select new TheoryDataRow<string>(entry.Name),
        ];
        if (rows.Count == 0 && GoldenFolder.IsCommitted)
        {
            throw new FileNotFoundException($"{GoldenFolder.Root}/{topic} has no file of kind {string.Join(" or ", kinds)}.");
        }

        return ValueTask.FromResult(rows);
    }

    public override bool SupportsDiscoveryEnumeration() => true;
}

/// <summary>
/// Rows for the reference files that no test of this assembly reads, each skipped under its own name; else one row, null.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnclaimedGoldenDataAttribute(bool evaluationTopic) : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        var claimed = Assembly.GetExecutingAssembly().GetTypes()
            .SelectMany(type => type.GetMethods())
            .SelectMany(method => method.GetCustomAttributes<GoldenDataAttribute>())
            .SelectMany(attribute => attribute.Kinds.Select(kind => (attribute.Topic, kind)))
            .ToHashSet();
        ITheoryDataRow[] rows =
        [
            .. from entry in GoldenFolder.Cases()
               let topic = entry.Name.Split('/')[0]
               where (topic == "evaluation") == evaluationTopic && !claimed.Contains((topic, entry.Kind))
               select new TheoryDataRow<string?>($"{entry.Name} ({entry.Kind})") { Skip = $"No test knows the kind '{entry.Kind}' yet." },
        ];
        return ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(rows.Length > 0 ? rows : [new TheoryDataRow<string?>(null)]);
    }

    public override bool SupportsDiscoveryEnumeration() => true;
}
