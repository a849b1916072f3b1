using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints.Pth;

/// <summary>The storages that a pickle names, each once.</summary>
/// <param name="locate">Finds a storage in the file.</param>
internal sealed class PthStorages(Func<PickleStorage, long, long> locate)
{
    private readonly Dictionary<string, PickleStorage> storages = new(StringComparer.Ordinal);

    public PickleStorage Find(string? key) => key is not null && storages.TryGetValue(key, out var storage)
        ? storage
        : throw new FormatException($"no tensor needs the storage '{key}'");

    public PickleStorage Add(object?[] id, bool legacy)
    {
        const int Fields = 5, LegacyFields = 6;
        if (id is not ["storage", var global, string key, string, long and >= 0 and <= long.MaxValue / 16, ..]
            || id.Length != (legacy ? LegacyFields : Fields))
        {
            throw new FormatException("a persistent id that is not a storage");
        }

        if (legacy && id[5] is not null)
        {
            throw new FormatException("it has views of storages, as PyTorch before 0.4 wrote them; save it again with a newer one");
        }

        var storage = new PickleStorage(key, StorageType.Of(global), (long)id[4]!);
        if (!legacy)
        {
            locate(storage, storage.Count);
        }

        storages.TryAdd(key, storage);
        return storages[key] == storage ? storage : throw new FormatException($"storage '{key}' has two types or sizes");
    }

    public PthContent Load(object? root, IReadOnlyCollection<string> foreign, Func<PickleStorage, long, Tensor> read)
    {
        var loaded = new Dictionary<PickleStorage, Tensor>();
        try
        {
            foreach (var storage in storages.Values)
            {
                loaded.Add(storage, read(storage, locate(storage, storage.Count)).DetachFromDisposeScope());
            }

            return new PthContent(root, foreign, loaded);
        }
        catch
        {
            foreach (var tensor in loaded.Values)
            {
                tensor.Dispose();
            }

            throw;
        }
    }
}
