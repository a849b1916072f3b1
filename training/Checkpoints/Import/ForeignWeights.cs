using Pipeline.Shared;
using Pipeline.Shared.Files;
using Pipeline.Training.Checkpoints.Pth;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>The weights of a PyTorch, safetensors or ONNX file, recognized by content, under the names in the file.</summary>
internal sealed class ForeignWeights : IDisposable
{
    private const int Depth = 4, Shown = 8;
    private readonly IDisposable content;

    private ForeignWeights(IDisposable content, IReadOnlyList<ForeignDictionary> dictionaries)
    {
        this.content = content;
        Dictionaries = dictionaries;
    }

    /// <summary>Every dictionary with weights in it, from the top down.</summary>
    public IReadOnlyList<ForeignDictionary> Dictionaries { get; }

    /// <summary>Whether it is a safetensors file.</summary>
    public bool IsSafetensors => content is SafetensorsContent;

    /// <summary>What an ONNX file holds; null where it is none.</summary>
    public OnnxNetworkFile? Onnx => content as OnnxNetworkFile;

    /// <summary>What the network takes as an image: the product's, but for weights that are known.</summary>
    public InputConvention Input => Onnx?.Input ?? InputConvention.Product;

    /// <summary>Python names without a meaning here; the objects they denote were skipped.</summary>
    public IReadOnlyCollection<string> Foreign => content is PthContent pth ? pth.Foreign : [];

    /// <param name="path">A file of weights.</param>
    /// <exception cref="UserErrorException">The file is missing or broken, or holds no weights.</exception>
    public static ForeignWeights Read(string path)
    {
        var format = Format(path);
        if (format == FileFormat.Safetensors)
        {
            var safetensors = SafetensorsFile.Read(path);
            safetensors.RequireTensors(path);
            return OfSafetensors(safetensors);
        }

        if (format == FileFormat.Onnx)
        {
            var onnx = OnnxNetworkFile.Read(path);
            return new ForeignWeights(onnx, [new ForeignDictionary("", onnx.Entries)]);
        }

        var pth = PthFile.Read(path);
        try
        {
            return OfPth(pth, path);
        }
        catch
        {
            pth.Dispose();
            throw;
        }
    }

    /// <summary>Entries at the top level of the file that are in none of the given dictionaries; objects with their kinds.</summary>
    public IReadOnlyList<string> Beside(IReadOnlyCollection<ForeignDictionary> read)
    {
        if (content is not PthContent pth || PickleTree.AsDictionary(pth.Root) is not { } root)
        {
            return [];
        }

        var known = read.Select(dictionary => WrappedNames.Unwrapped(dictionary.Path.Split('.')[0])).ToHashSet(StringComparer.Ordinal);
        foreach (var dictionary in read.Where(dictionary => dictionary.Path.Length == 0))
        {
            known.UnionWith(dictionary.Entries.Select(entry => WrappedNames.Unwrapped(entry.Name)));
        }

        var beside = root.Items.Where(entry => entry.Key is not string key || !known.Contains(WrappedNames.Unwrapped(key)));
        return [.. beside.Select(entry => Describe(entry.Key, entry.Value))];
    }

    /// <summary>The first names and shapes, and how many there are.</summary>
    public string Holdings()
    {
        string[] all = [.. Dictionaries.SelectMany(dictionary => dictionary.Entries.Select(dictionary.Describe))];
        var first = string.Join(", ", all.Take(Shown));
        var rest = all.Length > Shown ? $", and {all.Length - Shown} more" : "";
        return $"it holds {all.Length} weights: {first}{rest}";
    }

    public void Dispose() => content.Dispose();

    /// <summary>By the content; by the name where that says nothing, so that the format's own reader says what is wrong.</summary>
    private static FileFormat Format(string path)
    {
        using var stream = InputFile.Open(path, "file of weights");
        var format = FileContent.Require(stream, path);
        if (format != FileFormat.Unknown)
        {
            return format;
        }

        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".safetensors" => FileFormat.Safetensors,
            ".onnx" => FileFormat.Onnx,
            _ => format,
        };
    }

    private static ForeignWeights OfSafetensors(SafetensorsContent file)
    {
        var read = file.Tensors.Select(entry => new ForeignEntry(entry.Key, entry.Value, Unread: null));
        var unread = file.Unread.Select(entry => new ForeignEntry(entry.Key, Tensor: null, $"of type {entry.Value}"));
        return new ForeignWeights(file, [new ForeignDictionary("", WrappedNames.Unwrapped([.. read, .. unread]))]);
    }

    private static ForeignWeights OfPth(PthContent pth, string path)
    {
        var branches = PickleTree.Dictionaries(pth.Root, Depth);
        ForeignDictionary[] dictionaries =
        [
            .. branches.Where(branch => branch.Dictionary.Items.Values.Any(value => value is PickleTensor))
                .Select(branch => new ForeignDictionary(string.Join('.', branch.Path), Entries(pth, branch.Dictionary))),
        ];
        if (dictionaries.Length == 0)
        {
            throw new UserErrorException($"{path}: {WhatItHolds(pth.Root, branches)}.");
        }

        return new ForeignWeights(pth, dictionaries);
    }

    /// <summary>What a file has where no dictionary by itself holds tensors.</summary>
    private static string WhatItHolds(object? root, IReadOnlyList<PickleBranch> branches)
    {
        var listed = ListedWeights.Find(root);
        if (listed.Count > 0)
        {
            return $"its dictionaries of tensors are in a list or tuple, at {string.Join(", ", listed)}; "
                + $"save one of them alone: torch.save(torch.load(…){listed[0]}, …)";
        }

        if (branches.Count == 0)
        {
            return $"it holds a {PickleKind.Of(root)}, not a dictionary of weights; save a model's state_dict()";
        }

        var arrays = branches.SelectMany(branch => branch.Dictionary.Items).Where(entry => entry.Value is PickleOpaque { IsArray: true });
        string[] names = [.. arrays.Select(entry => PickleKind.Key(entry.Key))];
        if (names.Length > 0)
        {
            return $"it holds {names.Length} NumPy arrays and no tensors: {string.Join(", ", names.Take(Shown))}; "
                + "make tensors of them with torch.from_numpy and save those";
        }

        string[] entries = [.. branches[0].Dictionary.Items.Take(Shown).Select(entry => Describe(entry.Key, entry.Value))];
        var found = entries.Length == 0 ? "nothing" : string.Join(", ", entries);
        return $"no weights are in it, at the top it has {found}; save a model's state_dict()";
    }

    private static ForeignEntry[] Entries(PthContent pth, PickleDictionary dictionary)
    {
        var entries = new List<ForeignEntry>();
        foreach (var (key, value) in dictionary.Items)
        {
            if (key is not string name)
            {
                continue;
            }

            if (value is PickleTensor tensor)
            {
                entries.Add(tensor.Type.IsComplex
                    ? new ForeignEntry(name, Tensor: null, $"of type {tensor.Type.DtypeName}")
                    : new ForeignEntry(name, pth.View(tensor), Unread: null));
            }
            else if (value is PickleOpaque opaque)
            {
                entries.Add(new ForeignEntry(name, Tensor: null, $"made by Python's {opaque.Kind}"));
            }
        }

        return WrappedNames.Unwrapped([.. entries]);
    }

    private static string Describe(object key, object? value)
    {
        var name = PickleKind.Key(key);
        return value is PickleOpaque opaque ? $"{name} ({opaque.Kind})" : name;
    }
}
