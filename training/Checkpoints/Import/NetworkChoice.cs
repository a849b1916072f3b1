using Pipeline.Shared;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>Which of a file's residual networks are taken.</summary>
/// <param name="Query">The network that learned; the only one when there is no other.</param>
/// <param name="Key">The momentum encoder that followed it; null when there is none.</param>
/// <param name="Others">Networks that are left.</param>
internal sealed record NetworkChoice(ResidualNetwork? Query, ResidualNetwork? Key, IReadOnlyList<ResidualNetwork> Others)
{
    /// <summary>Dictionaries by how willingly they are taken; the file's top goes before them all, unknown ones come last.</summary>
    private static readonly string[] Dictionaries =
        ["", "state_dict", "model", "model_state_dict", "student", "net", "network", "module", "backbone", "encoder"];

    /// <summary>Words in a prefix or key that say: this network followed another.</summary>
    private static readonly string[] Followers = ["k", "key", "momentum", "teacher", "target", "ema", "shadow", "averaged"];

    /// <summary>Words that say: this network was followed.</summary>
    private static readonly string[] Leaders = ["q", "query", "student", "online", "base"];

    /// <summary>Words of an optimiser's copies, which are no network.</summary>
    private static readonly string[] Optimizers = ["optimizer", "velocity", "velocities", "grad", "grads"];

    /// <param name="weights">The file's weights.</param>
    /// <param name="source">The file, for messages.</param>
    /// <exception cref="UserErrorException">It is not clear which of several networks is meant.</exception>
    public static NetworkChoice Of(ForeignWeights weights, string source)
    {
        var found = weights.Dictionaries.SelectMany(ResidualNetwork.Find).Where(network => !Has(network, Optimizers)).ToArray();
        var followers = found.Where(network => Has(network, Followers)).ToArray();
        var leader = Best(found.Except(followers), source);
        var follower = Best(followers, source);
        var others = found.Where(network => network != leader && network != follower).ToArray();
        return leader is null ? new NetworkChoice(follower, null, others) : new NetworkChoice(leader, follower, others);
    }

    /// <summary>Whether a network is one that followed another, by its name.</summary>
    public static bool IsFollower(ResidualNetwork network) => Has(network, Followers);

    private static ResidualNetwork? Best(IEnumerable<ResidualNetwork> networks, string source)
    {
        var ranked = networks.GroupBy(Rank).MinBy(group => group.Key)?.ToArray() ?? [];
        var best = ranked.MinBy(network => network.Prefix.Length);
        var rivals = ranked.Where(network => !IsSame(network, best!)).ToArray();
        if (rivals.Length > 0)
        {
            var names = string.Join(", ", rivals.Prepend(best!).Select(network => network.Name));
            throw new UserErrorException(
                $"{source}: it holds several residual networks, and nothing says which one is meant: {names}; save one of them alone.");
        }

        return best;
    }

    private static int Rank(ResidualNetwork network)
    {
        var index = Array.IndexOf(Dictionaries, network.Dictionary.Path);
        var rank = index < 0 ? Dictionaries.Length : index;
        return Has(network, Leaders) ? rank : rank + Dictionaries.Length + 1;
    }

    private static bool Has(ResidualNetwork network, string[] words) =>
        network.Dictionary.Qualified(network.Prefix).ToLowerInvariant().Split('.', '_', '-').Intersect(words).Any();

    /// <summary>One network under two names: a module that is registered in two others.</summary>
    private static bool IsSame(ResidualNetwork one, ResidualNetwork other)
    {
        if (ReferenceEquals(one, other))
        {
            return true;
        }

        var ours = ByCanonical(one);
        var theirs = ByCanonical(other);
        return ours.Count == theirs.Count && ours.All(entry => theirs.TryGetValue(entry.Key, out var twin) && IsSame(entry.Value, twin));
    }

    private static bool IsSame(ForeignEntry one, ForeignEntry other)
    {
        if (one.Tensor is null || other.Tensor is null || one.Tensor.dtype != other.Tensor.dtype)
        {
            return false;
        }

        return one.Tensor.shape.SequenceEqual(other.Tensor.shape) && one.Tensor.Equals(other.Tensor);
    }

    private static Dictionary<string, ForeignEntry> ByCanonical(ResidualNetwork network) => network.Dictionary.Entries
        .Where(entry => network.Canonical.ContainsKey(entry.Name)).ToDictionary(entry => network.Canonical[entry.Name]);
}
