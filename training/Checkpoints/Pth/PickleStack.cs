namespace Pipeline.Training.Checkpoints.Pth;

/// <summary>The pickle machine's stack, with marks between its values.</summary>
internal sealed class PickleStack
{
    private readonly object mark = new();
    private readonly List<object?> values = [];

    public void Push(object? value) => values.Add(value);

    public void PushMark() => values.Add(mark);

    /// <exception cref="FormatException">There is no value above the last mark.</exception>
    public object? Top() => values.Count > 0 && values[^1] != mark ? values[^1] : throw new FormatException("the stack is empty");

    /// <inheritdoc cref="Top" />
    public object? Pop()
    {
        var top = Top();
        values.RemoveAt(values.Count - 1);
        return top;
    }

    /// <summary>The topmost values, the deepest of them first.</summary>
    public object?[] Pop(int count)
    {
        var items = new object?[count];
        for (var i = count - 1; i >= 0; i--)
        {
            items[i] = Pop();
        }

        return items;
    }

    /// <summary>The values above the last mark; the mark is removed too.</summary>
    /// <exception cref="FormatException">There is no mark.</exception>
    public object?[] PopToMark()
    {
        var index = values.LastIndexOf(mark);
        if (index < 0)
        {
            throw new FormatException("there is no mark");
        }

        object?[] items = [.. values[(index + 1)..]];
        values.RemoveRange(index, values.Count - index);
        return items;
    }
}
