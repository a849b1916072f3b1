namespace Pipeline.Training.Checkpoints.Pth;

/// <summary>The names that have a meaning in a file of weights. None of them is called.</summary>
internal static class PickleCalls
{
    private const int MaxDimensions = 16;

    /// <summary>Elements that a tensor may repeat without having them.</summary>
    private const long MaxExpanded = 1 << 16;

    /// <summary>Whether a name has a meaning here.</summary>
    public static bool IsKnown(PickleGlobal global) =>
        StorageType.IsStorage(global)
        || global is { Module: "collections", Name: "OrderedDict" }
        || global is { Module: "torch._utils", Name: "_rebuild_tensor" or "_rebuild_tensor_v2" or "_rebuild_tensor_v3" }
        || global is { Module: "torch._utils", Name: "_rebuild_parameter" or "_rebuild_parameter_with_state" };

    /// <summary>The data that a call would give.</summary>
    /// <exception cref="FormatException">The call's arguments are not what PyTorch writes.</exception>
    public static object Recognize(PickleGlobal global, object?[] arguments) => (global.Name, arguments) switch
    {
        ("OrderedDict", []) => new PickleDictionary(),
        ("OrderedDict", [PickleList pairs]) => Dictionary(pairs),
        ("_rebuild_tensor", [PickleStorage storage, long offset, PickleTuple shape, PickleTuple strides]) =>
            View(storage, storage.Type, offset, shape, strides, requiresGrad: false),
        ("_rebuild_tensor_v2",
            [PickleStorage storage, long offset, PickleTuple shape, PickleTuple strides, bool requiresGrad, PickleDictionary, ..]) =>
            View(storage, storage.Type, offset, shape, strides, requiresGrad),
        ("_rebuild_tensor_v3", [PickleStorage, long, PickleTuple, PickleTuple, bool, PickleDictionary, PickleGlobal dtype, ..]) =>
            Typed(dtype, arguments),
        ("_rebuild_parameter" or "_rebuild_parameter_with_state", [PickleTensor tensor, bool requiresGrad, PickleDictionary, ..]) =>
            tensor with { RequiresGrad = requiresGrad, IsParameter = true },
        ("_rebuild_parameter" or "_rebuild_parameter_with_state", [PickleOpaque { IsUnread: true } unread, bool, ..]) => unread,
        _ => throw new FormatException($"'{global}' with arguments that PyTorch does not write{Foreign(arguments)}"),
    };

    private static string Foreign(object?[] arguments)
    {
        var opaque = arguments.OfType<PickleOpaque>().FirstOrDefault();
        return opaque is null ? "" : $": one would be made by Python's '{opaque.Kind}', which is not run";
    }

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
            dictionary[
                items.Length == 2 ? items[0] : throw new FormatException("an OrderedDict of something that is not a pair")] = items[1];
        }

        return dictionary;
    }

    /// <summary>A tensor that names its element type itself; one of a type that there is none of here is not read.</summary>
    private static object Typed(PickleGlobal dtype, object?[] arguments)
    {
        var type = StorageType.OfDtype(dtype);
        if (type is null)
        {
            return new PickleOpaque(dtype) { IsUnreadType = true };
        }

        return arguments is [PickleStorage storage, long offset, PickleTuple shape, PickleTuple strides, bool requiresGrad, ..]
            ? View(storage, type, offset, shape, strides, requiresGrad)
            : throw new FormatException($"a tensor of {dtype} with arguments that PyTorch does not write");
    }

    private static PickleTensor View(
        PickleStorage storage, StorageType type, long offset, PickleTuple shape, PickleTuple strides, bool requiresGrad)
    {
        var sizes = Numbers(shape);
        var steps = Numbers(strides);
        var elements = storage.Count * storage.Type.Bytes / type.Bytes;
        if (sizes.Length != steps.Length || sizes.Length > MaxDimensions || offset < 0 || offset > elements)
        {
            throw new FormatException(
                $"a tensor of {sizes.Length} sizes, {steps.Length} strides and offset {offset} in a storage of {elements}");
        }

        try
        {
            var count = sizes.Aggregate(1L, (product, size) => checked(product * size));
            var last = sizes.Zip(steps).Aggregate(offset, (position, axis) => checked(position + (axis.First - 1) * axis.Second));
            if (count > 0 && (last >= elements || count > Math.Max(elements, MaxExpanded)))
            {
                throw new FormatException($"a tensor [{string.Join(", ", sizes)}] that its storage of {elements} elements does not hold");
            }
        }
        catch (OverflowException)
        {
            throw new FormatException($"a tensor [{string.Join(", ", sizes)}] of more elements than there can be");
        }

        return new PickleTensor(storage, type, offset, sizes, steps, requiresGrad, IsParameter: false);
    }

    private static long[] Numbers(PickleTuple tuple) =>
        [.. tuple.Items.Select(Extent)];

    private static long Extent(object? item) =>
        item is long and >= 0 ? (long)item : throw new FormatException("a size or stride that is not a number ≥ 0");
}
