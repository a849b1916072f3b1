namespace Pipeline.Training.Checkpoints.Pth;

/// <summary>The names that may stand in a file of weights, and what they mean. None of them is called.</summary>
internal static class PickleCalls
{
    private const int MaxDimensions = 16;

    /// <summary>Elements that a tensor may repeat without having them.</summary>
    private const long MaxExpanded = 1 << 16;

    /// <summary>Whether a file may name it.</summary>
    public static bool IsKnown(PickleGlobal global) => global is { Module: "collections", Name: "OrderedDict" }
        or { Module: "torch._utils", Name: "_rebuild_tensor" or "_rebuild_tensor_v2" or "_rebuild_parameter" }
        || (global.Module == "torch" && global.Name.EndsWith("Storage", StringComparison.Ordinal));

    /// <summary>The data that a call would give.</summary>
    /// <exception cref="FormatException">The call's arguments are not what PyTorch writes.</exception>
    public static object Recognise(PickleGlobal global, object?[] arguments) => (global.Name, arguments) switch
    {
        ("OrderedDict", []) => new PickleDictionary(),
        ("OrderedDict", [PickleList pairs]) => Dictionary(pairs),
        ("_rebuild_tensor", [PickleStorage storage, long offset, PickleTuple shape, PickleTuple strides]) => View(storage, offset, shape, strides, false),
        ("_rebuild_tensor_v2", [PickleStorage storage, long offset, PickleTuple shape, PickleTuple strides, bool requiresGrad, PickleDictionary, ..]) =>
            View(storage, offset, shape, strides, requiresGrad),
        ("_rebuild_parameter", [PickleTensor tensor, bool requiresGrad, PickleDictionary]) => tensor with { RequiresGrad = requiresGrad, IsParameter = true },
        _ => throw new FormatException($"'{global}' with arguments that PyTorch does not write"),
    };

    private static PickleDictionary Dictionary(PickleList pairs)
    {
        var dictionary = new PickleDictionary();
        foreach (var pair in pairs.Items)
        {
            var items = pair switch
            {
                PickleTuple tuple => tuple.Items,
                PickleList list => [.. list.Items],
                _ => [],
            };
            dictionary[items.Length == 2 ? items[0] : throw new FormatException("an OrderedDict of something that is no pair")] = items[1];
        }

        return dictionary;
    }

    private static PickleTensor View(PickleStorage storage, long offset, PickleTuple shape, PickleTuple strides, bool requiresGrad)
    {
        var (sizes, steps) = (Numbers(shape), Numbers(strides));
        if (sizes.Length != steps.Length || sizes.Length > MaxDimensions || offset < 0 || offset > storage.Count)
        {
            throw new FormatException($"a tensor of {sizes.Length} sizes, {steps.Length} strides and offset {offset} in a storage of {storage.Count}");
        }

        try
        {
            var count = sizes.Aggregate(1L, (product, size) => checked(product * size));
            var last = sizes.Zip(steps).Aggregate(offset, (place, axis) => checked(place + (axis.First - 1) * axis.Second));
            if (count > 0 && (last >= storage.Count || count > Math.Max(storage.Count, MaxExpanded)))
            {
                throw new FormatException($"a tensor [{string.Join(", ", sizes)}] that its storage of {storage.Count} elements does not hold");
            }
        }
        catch (OverflowException)
        {
            throw new FormatException($"a tensor [{string.Join(", ", sizes)}] of more elements than there can be");
        }

        return new PickleTensor(storage, offset, sizes, steps, requiresGrad, false);
    }

    private static long[] Numbers(PickleTuple tuple) =>
        [.. tuple.Items.Select(item => item is long and >= 0 ? (long)item : throw new FormatException("a size or stride that is no number ≥ 0"))];
}
