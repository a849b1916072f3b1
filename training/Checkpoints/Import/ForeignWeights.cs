using Pipeline.Shared;
using Pipeline.Training.Checkpoints.Pth;
using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>The weights of a <c>.pth</c> or <c>.safetensors</c> file under the names that it gives them.</summary>
internal sealed class ForeignWeights : IDisposable
{
    private const string Ema = "model_ema";
    private static readonly string[] Dictionaries = ["model", "state_dict", Ema];
    private readonly IDisposable content;

    private ForeignWeights(IDisposable content, string layout, IReadOnlyList<(string Name, WeightOwner Owner, Tensor Tensor)> entries) =>
        (this.content, Layout, Entries) = (content, layout, entries);

    /// <summary>Which dictionaries of the file were read.</summary>
    public string Layout { get; }

    /// <summary>Views of the file's memory; <see cref="WeightOwner.Key"/> where they lay in <c>model_ema</c>.</summary>
    public IReadOnlyList<(string Name, WeightOwner Owner, Tensor Tensor)> Entries { get; }

    /// <param name="path">A file of weights.</param>
    /// <exception cref="UserErrorException">The file is missing or broken, or holds no weights.</exception>
    public static ForeignWeights Read(string path)
    {
        if (Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            var file = SafetensorsFile.Read(path);
            return new ForeignWeights(file, "safetensors", [.. file.Tensors.Select(entry => (entry.Key, WeightOwner.Query, entry.Value))]);
        }

        var pth = PthFile.Read(path);
        try
        {
            var root = pth.Root as PickleDictionary ?? throw new UserErrorException($"{path}: it holds no dictionary of weights; save a model's state_dict().");
            string[] found = [.. Dictionaries.Where(name => root.Find(name) is PickleDictionary)];
            (string, WeightOwner, Tensor)[] entries = found is [] or [Ema]
                ? [.. Tensors(pth, root, WeightOwner.Query)]
                : [.. found.SelectMany(name => Tensors(pth, (PickleDictionary)root.Find(name)!, name == Ema ? WeightOwner.Key : WeightOwner.Query))];
            return entries.Length > 0
                ? new ForeignWeights(pth, found.Length == 0 ? "state dictionary" : string.Join(", ", found), entries)
                : throw new UserErrorException($"{path}: no weights are in it, neither at the top nor in 'model' or 'state_dict'; save a model's state_dict().");
        }
        catch
        {
            pth.Dispose();
            throw;
        }
    }

    public void Dispose() => content.Dispose();

    private static IEnumerable<(string, WeightOwner, Tensor)> Tensors(PthContent pth, PickleDictionary dictionary, WeightOwner owner) =>
        dictionary.Items.Where(entry => entry is { Key: string, Value: PickleTensor }).Select(entry => ((string)entry.Key, owner, pth.View((PickleTensor)entry.Value!)));
}
