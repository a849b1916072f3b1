using System.Text.RegularExpressions;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>Whose weight it is.</summary>
internal enum WeightOwner
{
    /// <summary>The network that learned.</summary>
    Query,

    /// <summary>The momentum encoder that followed it.</summary>
    Key,
}

/// <summary>What a weight belongs to.</summary>
internal enum WeightPart
{
    /// <summary>The residual network.</summary>
    Backbone,

    /// <summary>The projection heads of contrastive training.</summary>
    Head,

    /// <summary>Pyramid, proposal network and box heads.</summary>
    Detector,

    /// <summary>A classifier that is not needed.</summary>
    Classifier,

    /// <summary>Counters of batches, which nothing reads.</summary>
    Counter,

    /// <summary>Old keys; a new training fills its own queue.</summary>
    Queue,

    /// <summary>A residual network of the file that is not taken.</summary>
    OtherNetwork,

    /// <summary>Nothing that is known here.</summary>
    Unexpected,
}

/// <summary>A foreign weight's name, understood.</summary>
/// <param name="Owner">Whose.</param>
/// <param name="Part">Of what.</param>
/// <param name="Canonical">torchvision's name within that part; heads have PyContrast's (<c>head.0.weight</c>).</param>
internal sealed partial record WeightName(WeightOwner Owner, WeightPart Part, string Canonical)
{
    /// <summary>What data parallel training, compilation and Lightning put in front of every name.</summary>
    private static readonly string[] Wrappers = ["module.", "_orig_mod.", "model."];

    /// <summary>
    /// What is saved with weights but takes no part in the computation: PyTorch's counters and extra states, thop's counts.
    /// </summary>
    private static readonly string[] Notes = [".num_batches_tracked", "._extra_state", ".total_ops", ".total_params"];

    /// <summary>Whether it is torchvision's name of a weight or a statistic of the residual network.</summary>
    public static bool IsBackbone(string name) => BackboneNames.IsMatch(name);

    /// <summary>
    /// Whether it is inside the residual network without being one of its weights; what profilers and PyTorch note there is not meant.
    /// </summary>
    public static bool IsExtra(string name) =>
        InsideBackbone.IsMatch(name)
        && !IsBackbone(name)
        && !Array.Exists(Notes, note => name.EndsWith(note, StringComparison.Ordinal));

    /// <summary>
    /// Reads PyContrast's, MoCo's (v1, v2), torchvision's (classifiers and detectors, old and new) and our own names, with or without
    /// <c>module.</c> and its like in front. A residual network after another prefix is found by <see cref="ResidualNetwork"/>.
    /// </summary>
    public static WeightName Parse(string name, WeightOwner owner = WeightOwner.Query)
    {
        var rest = name;
        while (Array.Find(Wrappers, wrapper => rest.StartsWith(wrapper, StringComparison.Ordinal)) is { } found)
        {
            rest = rest[found.Length..];
        }

        foreach (var (prefix, whose, replacement) in new[]
        {
            ("query.", WeightOwner.Query, ""), ("key.", WeightOwner.Key, ""), ("encoder_q.fc.", WeightOwner.Query, "head."),
            ("encoder_k.fc.", WeightOwner.Key, "head."),
            ("encoder_q.", WeightOwner.Query, ""), ("encoder_k.", WeightOwner.Key, ""),
        })
        {
            if (rest.StartsWith(prefix, StringComparison.Ordinal))
            {
                owner = whose;
                rest = replacement + rest[prefix.Length..];
                break;
            }
        }

        if (rest.EndsWith("num_batches_tracked", StringComparison.Ordinal))
        {
            return new WeightName(owner, WeightPart.Counter, rest);
        }

        foreach (var prefix in new[] { "encoder.", SortedWeights.DetectorBody })
        {
            rest = rest.StartsWith(prefix, StringComparison.Ordinal) ? rest[prefix.Length..] : rest;
        }

        return rest switch
        {
            _ when BackboneNames.IsMatch(rest) => new WeightName(owner, WeightPart.Backbone, rest),
            _ when HeadNames.IsMatch(rest) => new WeightName(owner, WeightPart.Head, rest),
            _ when DetectorNames.IsMatch(rest) => new WeightName(owner, WeightPart.Detector, Modern(rest)),
            // MoCo v1's head is one layer; ours are two
            "fc.weight" or "fc.bias" or "head.weight" or "head.bias" => new WeightName(owner, WeightPart.Classifier, rest),
            "queue" or "queue_ptr" or "memory" => new WeightName(owner, WeightPart.Queue, rest),
            _ => new WeightName(owner, WeightPart.Unexpected, rest),
        };
    }

    /// <summary>
    /// torchvision ≥ 0.13's name of what older ones call <c>fpn.inner_blocks.0.weight</c> or <c>rpn.head.conv.weight</c>.
    /// </summary>
    private static string Modern(string name) => OldRpn.Replace(OldFpn.Replace(name, "$1.0.$2"), "rpn.head.conv.0.0.$1");

    [GeneratedRegex(
        @"^(conv1\.weight|bn1\.(weight|bias|running_mean|running_var)|layer[1-4]\.\d{1,2}\.(conv[1-3]\.weight|downsample\.0\.weight|"
        + @"(bn[1-3]|downsample\.1)\.(weight|bias|running_mean|running_var)))$")]
    private static partial Regex BackboneNames { get; }

    [GeneratedRegex(@"^(conv1|bn1|layer[1-4])\.")]
    private static partial Regex InsideBackbone { get; }

    [GeneratedRegex(@"^(head|head_jig\.fc1)\.[02]\.(weight|bias)$|^head_jig\.fc2\.(weight|bias)$")]
    private static partial Regex HeadNames { get; }

    [GeneratedRegex(@"^(backbone\.fpn|rpn|roi_heads)\.")]
    private static partial Regex DetectorNames { get; }

    [GeneratedRegex(@"^(backbone\.fpn\.(?:inner|layer)_blocks\.\d)\.(weight|bias)$")]
    private static partial Regex OldFpn { get; }

    [GeneratedRegex(@"^rpn\.head\.conv\.(weight|bias)$")]
    private static partial Regex OldRpn { get; }
}
