using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>A residual network in a dictionary of weights, found by the structure of the names.</summary>
/// <param name="Dictionary">Where the dictionary stands in the file.</param>
/// <param name="Prefix">The prefix of the names, whatever its author called it.</param>
/// <param name="Canonical">torchvision's names by the file's.</param>
/// <param name="Extras">Names inside its stem and layers that torchvision's network does not have: it computes more.</param>
internal sealed partial record ResidualNetwork(
    ForeignDictionary Dictionary, string Prefix, IReadOnlyDictionary<string, string> Canonical, IReadOnlyList<string> Extras)
{
    private const string FirstConvolution = "conv1.weight", FirstBlock = "layer1.0.conv1.weight";
    private const int Layers = 4;

    /// <summary>More are not looked at: each costs a walk over all names.</summary>
    private const int MostNetworks = 32;

    /// <summary>The prefix with the dictionary's keys, for messages and reports.</summary>
    public string Name => Dictionary.Qualified(Prefix) is { Length: > 0 } name ? name : "(no prefix)";

    /// <summary>Every network of a dictionary.</summary>
    public static IEnumerable<ResidualNetwork> Find(ForeignDictionary dictionary)
    {
        var entries = new Dictionary<string, ForeignEntry>(StringComparer.Ordinal);
        foreach (var entry in dictionary.Entries)
        {
            entries[entry.Name] = entry;
        }

        return [.. Named(dictionary, entries).Take(MostNetworks), .. Numbered(dictionary, entries).Take(MostNetworks)];
    }

    /// <summary>torchvision's names after any prefix.</summary>
    private static IEnumerable<ResidualNetwork> Named(ForeignDictionary dictionary, Dictionary<string, ForeignEntry> entries)
    {
        foreach (var name in entries.Keys.Where(name => name.EndsWith(FirstBlock, StringComparison.Ordinal)))
        {
            var prefix = name[..^FirstBlock.Length];
            if (entries.ContainsKey(prefix + FirstConvolution))
            {
                yield return Of(dictionary, entries.Keys, prefix, rest => rest);
            }
        }
    }

    /// <summary>
    /// A Sequential of the network's children: the four numbers that hold blocks are the layers; a convolution and a norm before them, the
    /// stem.
    /// </summary>
    private static IEnumerable<ResidualNetwork> Numbered(ForeignDictionary dictionary, Dictionary<string, ForeignEntry> entries)
    {
        var blocks = entries.Keys.Select(name => NumberedBlock.Match(name)).Where(match => match.Success);
        foreach (var sequence in blocks.GroupBy(match => match.Groups["prefix"].Value))
        {
            string[] layers = [.. sequence.Select(match => match.Groups["number"].Value).OrderBy(Number)];
            if (layers.Length != Layers)
            {
                continue;
            }

            var stem = entries.Values.Where(entry => IsStem(entry.Name, sequence.Key, layers[0])).ToArray();
            string[] convolutions = [.. stem.Where(IsConvolution).Select(Owner)];
            string[] norms = [.. stem.Where(entry => entry.Name.EndsWith(".running_mean", StringComparison.Ordinal)).Select(Owner)];
            if (convolutions.Except(norms).ToArray() is [var convolution] && norms is [var norm])
            {
                var modules = layers.Select((number, index) => KeyValuePair.Create(sequence.Key + number, $"layer{index + 1}"))
                    .Append(KeyValuePair.Create(convolution, "conv1")).Append(KeyValuePair.Create(norm, "bn1")).ToDictionary();
                yield return Of(dictionary, entries.Keys, sequence.Key, rest => Renamed(sequence.Key + rest, modules));
            }
        }
    }

    private static ResidualNetwork Of(
        ForeignDictionary dictionary, IEnumerable<string> names, string prefix, Func<string, string> canonical)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        var extras = new List<string>();
        foreach (var name in names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var meaning = canonical(name[prefix.Length..]);
            if (WeightName.IsBackbone(meaning))
            {
                map.Add(name, meaning);
            }
            else if (WeightName.IsExtra(meaning))
            {
                extras.Add(name);
            }
        }

        return new ResidualNetwork(dictionary, prefix, map, extras);
    }

    /// <summary>A name with its module's canonical one in place of the numbers.</summary>
    private static string Renamed(string name, Dictionary<string, string> modules)
    {
        for (var end = name.IndexOf('.', StringComparison.Ordinal); end >= 0; end = name.IndexOf('.', end + 1))
        {
            if (modules.TryGetValue(name[..end], out var module))
            {
                return module + name[end..];
            }
        }

        return "";
    }

    /// <summary>Whether only numbers lead to it, and the first of them precedes the layers.</summary>
    private static bool IsStem(string name, string prefix, string firstLayer)
    {
        var match = name.StartsWith(prefix, StringComparison.Ordinal) ? NumberedModule.Match(name[prefix.Length..]) : Match.Empty;
        return match.Success && Number(match.Groups["number"].Value) < Number(firstLayer);
    }

    /// <summary>A weight of four axes; one that is not read may be anything.</summary>
    private static bool IsConvolution(ForeignEntry entry) =>
        entry.Name.EndsWith(".weight", StringComparison.Ordinal) && (entry.Tensor is null || entry.Tensor.dim() == 4);

    private static string Owner(ForeignEntry entry) => entry.Name[..entry.Name.LastIndexOf('.')];

    private static int Number(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<prefix>(.*\.)?)(?<number>\d{1,3})\.0\.conv1\.weight$")]
    private static partial Regex NumberedBlock { get; }

    [GeneratedRegex(@"^(?<number>\d{1,3})(\.\d{1,3})*\.(weight|bias|running_mean|running_var)$")]
    private static partial Regex NumberedModule { get; }
}
