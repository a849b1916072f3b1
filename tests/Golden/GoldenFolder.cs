using System.Reflection;
using System.Text.Json;
using Xunit.Sdk;
using Xunit.v3;

namespace Pipeline.Golden;

/// <summary>Where the reference vectors lie: <c>PIPELINE_GOLDEN</c>, else <c>../shared/golden</c>.</summary>
internal static class GoldenFolder
{
    public static string Root { get; } = Environment.GetEnvironmentVariable("PIPELINE_GOLDEN") is { Length: > 0 } folder
        ? Path.GetFullPath(folder)
        : Path.Combine(SharedData.Root, "golden");

    /// <summary>Every case below the root as (<c>topic/case</c>, kind).</summary>
    public static IEnumerable<(string Name, string Kind)> Cases()
    {
        if (!Directory.Exists(Root))
        {
            yield break;
        }

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

/// <summary>One row for each reference file of the given kinds; none where the folder is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GoldenDataAttribute(string topic, params string[] kinds) : DataAttribute
{
    public string Topic => topic;

    public IReadOnlyList<string> Kinds => kinds;

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        IReadOnlyCollection<ITheoryDataRow> rows =
            [.. GoldenFolder.Cases().Where(entry => entry.Name.StartsWith(topic + "/", StringComparison.Ordinal) && kinds.Contains(entry.Kind)).Select(entry => new TheoryDataRow<string>(entry.Name))];
        return ValueTask.FromResult(rows);
    }

    public override bool SupportsDiscoveryEnumeration() => true;
}

/// <summary>Rows for the reference files that no test of this assembly reads, each skipped under its own name.</summary>
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
        IReadOnlyCollection<ITheoryDataRow> rows =
        [
            .. from entry in GoldenFolder.Cases()
               let topic = entry.Name.Split('/')[0]
               where (topic == "evaluation") == evaluationTopic && !claimed.Contains((topic, entry.Kind))
               select new TheoryDataRow<string>($"{entry.Name} ({entry.Kind})") { Skip = $"No test knows the kind '{entry.Kind}' yet." },
        ];
        return ValueTask.FromResult(rows);
    }

    public override bool SupportsDiscoveryEnumeration() => true;
}
