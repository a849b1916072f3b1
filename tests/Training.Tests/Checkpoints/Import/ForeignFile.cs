using System.IO.Compression;
using System.Text;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints.Pth;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Checkpoints.Import;

/// <summary>Writes weights as other people's programs save them.</summary>
internal static class ForeignFile
{
    private const string OpenDictionary = "ccollections\nOrderedDict\n)R";

    /// <summary>A residual network whose weights are a few kilobytes.</summary>
    public static ResNetOptions Tiny { get; } = new()
    {
        Architecture = "resnet18",
        WidthMultiplier = 0.0625,
        BatchNorm = BatchNormMode.Train,
    };

    /// <summary>The weights of a tiny residual network, by torchvision's names.</summary>
    public static Dictionary<string, Tensor> Weights()
    {
        using var backbone = new ResNet(Tiny);
        return StateDict.InOrder(backbone).ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
    }

    /// <summary>The same weights behind a prefix.</summary>
    public static Dictionary<string, Tensor> Behind(string prefix, IReadOnlyDictionary<string, Tensor> weights) =>
        weights.ToDictionary(entry => prefix + entry.Key, entry => entry.Value);

    /// <summary>Writes <c>{"state_dict": weights, "beside": the object}</c>.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="beside">The opcodes of an object, each byte a character.</param>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> weights, string beside) =>
        Pack(path, weights, body => $"}}({Text("state_dict")}{body}{Text("beside")}{beside}u.");

    /// <summary>Writes the weights with one entry more among them.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="name">The entry's name.</param>
    /// <param name="value">Its opcodes.</param>
    public static void WriteAmong(string path, IReadOnlyDictionary<string, Tensor> weights, string name, string value) =>
        Pack(path, weights, body => $"{body}{Text(name)}{value}s.");

    /// <summary>Several dictionaries of weights, by their keys at the top.</summary>
    public static void WriteDictionaries(string path, params (string Key, IReadOnlyDictionary<string, Tensor> Weights)[] dictionaries)
    {
        const string Open = OpenDictionary + "(";
        PthWriter.Write(path, dictionaries.SelectMany(dictionary => dictionary.Weights));
        Replace(path, pickle =>
        {
            var text = new StringBuilder("\u0080\u0002}(");
            var start = pickle.IndexOf(Open, StringComparison.Ordinal) + Open.Length;
            for (var i = 0; i < dictionaries.Length; i++)
            {
                var isLast = i == dictionaries.Length - 1;
                var end = pickle.Length - "u.".Length;
                if (!isLast)
                {
                    var firstOfNext = Text(dictionaries[i + 1].Weights.Keys.First());
                    end = pickle.IndexOf(firstOfNext, start + 1, StringComparison.Ordinal);
                }

                text.Append($"{Text(dictionaries[i].Key)}{Open}{pickle[start..end]}u");
                start = end;
            }

            return text.Append("u.").ToString();
        });
    }

    /// <summary>The weights as <c>_rebuild_tensor_v3</c> has them: a storage of bytes, the type beside it.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="storage">The storages to write so; they must hold one tensor, of 588 elements.</param>
    /// <param name="dtype">Their element type.</param>
    public static void WriteUntyped(string path, IReadOnlyDictionary<string, Tensor> weights, string storage, string dtype)
    {
        PthWriter.Write(path, weights);
        Replace(path, pickle =>
        {
            var storageAt = pickle.IndexOf($"ctorch\n{storage}\n", StringComparison.Ordinal);
            var callAt = pickle.LastIndexOf("_rebuild_tensor_v2", storageAt, StringComparison.Ordinal);
            var endAt = pickle.IndexOf(OpenDictionary + "tR", storageAt, StringComparison.Ordinal) + OpenDictionary.Length;
            var call = pickle[callAt..endAt].Replace("v2", "v3", StringComparison.Ordinal)
                .Replace($"ctorch\n{storage}\n", "ctorch.storage\nUntypedStorage\n", StringComparison.Ordinal)
                .Replace("J\u004c\u0002\0\0", "J\u0098\u0004\0\0", StringComparison.Ordinal);
            return $"{pickle[..callAt]}{call}ctorch\n{dtype}\n{pickle[endAt..]}";
        });
    }

    /// <summary>The weights with those of whole numbers of a byte as PyTorch writes quantised tensors.</summary>
    public static void WriteQuantised(string path, IReadOnlyDictionary<string, Tensor> weights)
    {
        const string Storage = "ctorch\nCharStorage\n", Function = "_rebuild_tensor_v2";
        PthWriter.Write(path, weights);
        Replace(path, pickle =>
        {
            var storageAt = pickle.IndexOf(Storage, StringComparison.Ordinal);
            var functionAt = pickle.LastIndexOf(Function, storageAt, StringComparison.Ordinal);
            var between = pickle[(functionAt + Function.Length)..storageAt];
            var rest = pickle[(storageAt + Storage.Length)..];
            return $"{pickle[..functionAt]}_rebuild_qtensor{between}ctorch\nQInt8Storage\n{rest}";
        });
    }

    /// <summary>The weights inside another value.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="before">Opcodes before their dictionary.</param>
    /// <param name="after">Opcodes behind it, to the pickle's end.</param>
    public static void WriteWithin(string path, IReadOnlyDictionary<string, Tensor> weights, string before, string after)
    {
        PthWriter.Write(path, weights);
        Replace(path, pickle => before + pickle[2..^1] + after);
    }

    private static string Text(string value) => $"X{(char)value.Length}\0\0\0{value}";

    private static void Pack(string path, IReadOnlyDictionary<string, Tensor> weights, Func<string, string> wrap)
    {
        PthWriter.Write(path, weights);
        Replace(path, pickle => "\u0080\u0004" + wrap(pickle[2..^1]));
    }

    /// <summary>Writes the archive again with another pickle.</summary>
    private static void Replace(string path, Func<string, string> change)
    {
        var records = new List<(string Name, byte[] Content)>();
        using (var before = ZipFile.OpenRead(path))
        {
            foreach (var entry in before.Entries)
            {
                using var content = new MemoryStream();
                using var stream = entry.Open();
                stream.CopyTo(content);
                records.Add((entry.FullName, content.ToArray()));
            }
        }

        File.Delete(path);
        using var after = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (name, content) in records)
        {
            var isPickle = name.EndsWith("data.pkl", StringComparison.Ordinal);
            using var stream = after.CreateEntry(name, CompressionLevel.NoCompression).Open();
            stream.Write(isPickle ? Encoding.Latin1.GetBytes(change(Encoding.Latin1.GetString(content))) : content);
        }
    }
}
