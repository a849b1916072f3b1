using Pipeline.Shared;
using Pipeline.Training.Backbones;
using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>A file's weights by owner, part and canonical name; it notes which of them are taken.</summary>
internal sealed class SortedWeights
{
    /// <summary>What precedes a residual network's names within a detector.</summary>
    public const string DetectorBody = "backbone.body.";

    private const string EncoderPrefix = ".encoder.";
    private const int Shown = 5;
    private readonly string source;
    private readonly ForeignWeights foreign;
    private readonly NetworkChoice networks;
    private readonly ForeignDictionary[] read;
    private readonly List<SortedWeight> entries = [];
    private readonly Dictionary<string, string> mapped = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> notFinite = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> negativeVariance = new(StringComparer.Ordinal);

    /// <exception cref="UserErrorException">It is not clear which network is meant, or one weight appears twice.</exception>
    public SortedWeights(string source, ForeignWeights foreign)
    {
        this.source = source;
        this.foreign = foreign;
        networks = NetworkChoice.Of(foreign, source);
        read = [.. foreign.Dictionaries.Where(IsRead)];
        foreach (var dictionary in read)
        {
            AddAll(dictionary);
        }

        var twice = entries.Where(entry => entry.Meaning.Part is WeightPart.Backbone or WeightPart.Head or WeightPart.Detector)
            .GroupBy(entry => entry.Meaning).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
        {
            throw new UserErrorException($"{source}: {string.Join(" and ", twice.Select(entry => entry.Name))} are the same weight.");
        }
    }

    /// <summary>What the file holds, for messages.</summary>
    public string Holdings => foreign.Holdings();

    /// <summary>The weights of a part that can be read.</summary>
    public Dictionary<string, Tensor> Of(WeightOwner owner, WeightPart part) => With(owner, part)
        .Where(entry => entry.Tensor is not null).ToDictionary(entry => entry.Meaning.Canonical, entry => entry.Tensor!);

    /// <summary>Whose weights the momentum encoder's are.</summary>
    /// <exception cref="UserErrorException">There is none.</exception>
    public WeightOwner MomentumOwner()
    {
        if (networks.Key is not null)
        {
            return WeightOwner.Key;
        }

        if (networks.Query is not null && NetworkChoice.IsFollower(networks.Query))
        {
            return WeightOwner.Query;
        }

        throw new UserErrorException(
            $"{source}: there is no momentum encoder in it; {Holdings}. Without --ema the trained network is taken.");
    }

    /// <summary>The residual network's architecture and width.</summary>
    /// <exception cref="UserErrorException">There is none, or it is none that can be built here.</exception>
    public ResNetOptions Shape(WeightOwner owner)
    {
        if (networks.Query is null)
        {
            throw new UserErrorException(
                $"{source}: there is no residual network in it: no names end with conv1.weight and layer1.0.conv1.weight after a "
                + $"common prefix, "
                + $"nor are layers numbered as those of a Sequential; {Holdings}.");
        }

        Refuse([.. With(owner, WeightPart.Backbone).Where(entry => entry.Unread is not null).Select(entry => entry.Meaning.Canonical)]);
        return ResNetShape.Of(Of(owner, WeightPart.Backbone), source);
    }

    /// <summary>Weights that are written as they are.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Take(WeightOwner owner, WeightPart part, string prefix)
    {
        foreach (var entry in With(owner, part).Where(entry => entry.Tensor is not null))
        {
            FloatCheck.Require(source, entry.Name, entry.Tensor!);
            var value = entry.Tensor!.to(float32);
            Note(entry, value);
            yield return KeyValuePair.Create(prefix + entry.Meaning.Canonical, value);
        }
    }

    /// <summary>Copies into a module's tensors.</summary>
    /// <returns>Names that the file does not have in that shape; counters of batches are not needed.</returns>
    /// <exception cref="UserErrorException">A weight is a whole number; or the file's network has more than the module.</exception>
    public List<string> Fill(IEnumerable<KeyValuePair<string, Tensor>> target, WeightOwner owner, WeightPart part)
    {
        using var _ = no_grad();
        var missing = new List<string>();
        var weights = With(owner, part).ToDictionary(entry => entry.Meaning.Canonical);
        foreach (var (name, value) in target.Where(entry => WeightName.Parse(entry.Key).Part != WeightPart.Counter))
        {
            if (weights.TryGetValue(name, out var found) && found.Tensor is { } tensor && tensor.shape.SequenceEqual(value.shape))
            {
                FloatCheck.Require(source, found.Name, tensor);
                value.copy_(tensor);
                Note(found, value);
            }
            else
            {
                missing.Add(name);
            }
        }

        if (part == WeightPart.Backbone)
        {
            RefuseExtras(owner, missing);
        }

        return missing;
    }

    /// <summary>A whole detector's weights by our names.</summary>
    /// <exception cref="UserErrorException">There is no residual network, or it has more inside it than a plain one.</exception>
    public Dictionary<string, Tensor> Detector()
    {
        _ = Shape(WeightOwner.Query);
        RefuseExtras(WeightOwner.Query, [.. With(WeightOwner.Query, WeightPart.Backbone).Select(entry => entry.Meaning.Canonical)]);
        var body = Of(WeightOwner.Query, WeightPart.Backbone).Select(entry => KeyValuePair.Create(DetectorBody + entry.Key, entry.Value));
        return body.Concat(Of(WeightOwner.Query, WeightPart.Detector)).ToDictionary();
    }

    /// <exception cref="UserErrorException">Weights are missing.</exception>
    public void Refuse(IReadOnlyList<string> missing)
    {
        if (missing.Count > 0)
        {
            var names = string.Join(", ", missing.Take(Shown).Select(Reason));
            throw new UserErrorException(
                $"{source}: {missing.Count} weights are missing or of another shape, among them {names}; nothing was written.");
        }
    }

    /// <summary>What became of every name.</summary>
    /// <param name="shape">The residual network's shape.</param>
    /// <param name="missing">Canonical names that the file does not have.</param>
    /// <param name="owner">Whose network was taken.</param>
    public ImportReport Report(ResNetOptions shape, IReadOnlyList<string> missing, WeightOwner owner = WeightOwner.Query)
    {
        var network = owner == WeightOwner.Key ? networks.Key : networks.Query;
        var rest = entries.Where(entry => !mapped.ContainsKey(entry.Name)).ToArray();
        var ignored = rest.Where(entry => entry.Meaning.Part != WeightPart.Unexpected).GroupBy(Group)
            .ToDictionary(group => group.Key, IReadOnlyList<string> (group) => [.. group.Select(entry => entry.Name)]);
        var unknown = rest.Where(entry => entry.Meaning.Part == WeightPart.Unexpected && entry.Unread is null);
        string[] unexpected = [.. unknown.Select(entry => entry.Name)];
        var report = new ImportReport(source, Layout(), shape, mapped, missing, ignored, unexpected)
        {
            Network = network?.Name ?? "",
            Beside = foreign.Beside(read),
            Foreign = foreign.Foreign,
            Unread = rest.Where(entry => entry.Unread is not null).ToDictionary(entry => entry.Name, entry => entry.Unread!),
            NotFinite = notFinite,
            NegativeVariance = negativeVariance,
        };
        return foreign.Onnx?.Named(report) ?? report;
    }

    private static string Group(SortedWeight entry) =>
        entry.Meaning is { Owner: WeightOwner.Key, Part: not WeightPart.OtherNetwork } ? "MomentumEncoder" : entry.Meaning.Part.ToString();

    private bool IsRead(ForeignDictionary dictionary) =>
        dictionary == networks.Query?.Dictionary || dictionary == networks.Key?.Dictionary;

    private void AddAll(ForeignDictionary dictionary)
    {
        var isQueries = dictionary == networks.Query?.Dictionary;
        var others = read.Where(other => other != dictionary);
        var taken = others.SelectMany(other => other.Entries).Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in dictionary.Entries)
        {
            var name = taken.Contains(entry.Name) ? dictionary.Qualified(entry.Name) : entry.Name;
            var meaning = Meaning(dictionary, entry.Name, isQueries ? WeightOwner.Query : WeightOwner.Key);
            entries.Add(new SortedWeight(name, meaning, entry.Tensor, entry.Unread));
        }
    }

    private WeightName Meaning(ForeignDictionary dictionary, string name, WeightOwner owner)
    {
        if (IsIn(networks.Query, dictionary, name))
        {
            return new WeightName(WeightOwner.Query, WeightPart.Backbone, networks.Query!.Canonical[name]);
        }

        if (IsIn(networks.Key, dictionary, name))
        {
            return new WeightName(WeightOwner.Key, WeightPart.Backbone, networks.Key!.Canonical[name]);
        }

        if (networks.Others.Any(other => IsIn(other, dictionary, name)))
        {
            return new WeightName(owner, WeightPart.OtherNetwork, name);
        }

        var prefix = networks.Query?.Prefix ?? "";
        var parsed = WeightName.Parse(WithoutDetectorPrefix(name, prefix), owner);
        return parsed.Part == WeightPart.Unexpected && IsClassifier(name, prefix) ? parsed with { Part = WeightPart.Classifier } : parsed;
    }

    private static bool IsIn(ResidualNetwork? network, ForeignDictionary dictionary, string name) =>
        network is not null && network.Dictionary == dictionary && network.Canonical.ContainsKey(name);

    /// <summary>The prefix of a whole detector is the prefix of its heads too.</summary>
    private static string WithoutDetectorPrefix(string name, string prefix)
    {
        var detector = prefix.EndsWith(DetectorBody, StringComparison.Ordinal) ? prefix[..^DetectorBody.Length] : "";
        return name.StartsWith(detector, StringComparison.Ordinal) ? name[detector.Length..] : name;
    }

    private static bool IsClassifier(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && name[prefix.Length..] is "fc.weight" or "fc.bias";

    private IEnumerable<SortedWeight> With(WeightOwner owner, WeightPart part) =>
        entries.Where(entry => entry.Meaning.Owner == owner && entry.Meaning.Part == part);

    private void Note(SortedWeight entry, Tensor value)
    {
        mapped[entry.Name] = entry.Meaning.Canonical;
        var count = FiniteCheck.NotFinite(value);
        if (count > 0)
        {
            notFinite[entry.Name] = count;
        }

        var negative = VarianceCheck.Negative(entry.Meaning.Canonical, value);
        if (negative > 0)
        {
            negativeVariance[entry.Name] = negative;
        }
    }

    /// <summary>Refuses a network that has more inside it than the one it was copied into: that one computes something else.</summary>
    private void RefuseExtras(WeightOwner owner, List<string> missing)
    {
        var network = owner == WeightOwner.Key ? networks.Key : networks.Query;
        if (network is null)
        {
            return;
        }

        var notTaken = With(owner, WeightPart.Backbone)
            .Where(entry => !mapped.ContainsKey(entry.Name) && !missing.Contains(entry.Meaning.Canonical))
            .Select(entry => entry.Name);
        string[] extras = [.. network.Extras, .. notTaken];
        if (extras.Length > 0)
        {
            var names = string.Join(", ", extras.Take(Shown));
            var rest = extras.Length > Shown ? $" and {extras.Length - Shown} more" : "";
            throw new UserErrorException(
                $"{source}: its network has weights that a plain ResNet does not have, and without them computes something else: "
                + $"{names}{rest}; nothing was written.");
        }
    }

    /// <summary>A missing weight's name; where the file has it in another way, how.</summary>
    private string Reason(string missing)
    {
        var canonical = missing.Split(EncoderPrefix)[^1];
        var found = entries.Find(entry => entry.Meaning.Canonical == canonical && entry.Meaning.Part != WeightPart.OtherNetwork);
        if (found is null)
        {
            return missing;
        }

        return found.Tensor is null
            ? $"{missing} (it is {found.Unread}, which is not read; save it as float32)"
            : $"{missing} (the file's is [{string.Join(", ", found.Tensor.shape)}])";
    }

    private string Layout()
    {
        if (foreign.IsSafetensors)
        {
            return "safetensors";
        }

        if (foreign.Onnx is { } onnx)
        {
            return onnx.Layout;
        }

        return string.Join(", ", read.Select(dictionary => dictionary.Path.Length == 0 ? "state dictionary" : dictionary.Path));
    }

    /// <summary>A weight, understood.</summary>
    private sealed record SortedWeight(string Name, WeightName Meaning, Tensor? Tensor, string? Unread);
}
