namespace Pipeline.Training.Checkpoints.Pth;

/// <summary>
/// The names and calls of a pickle: the few that PyTorch writes tensors by have a meaning, others are read past, code is refused.
/// </summary>
internal sealed class PickleObjects
{
    private readonly SortedSet<string> foreign = new(StringComparer.Ordinal);

    /// <summary>A getattr whose call has not come yet.</summary>
    private PickleGlobal? memberAccess;

    /// <summary>Names without a meaning here.</summary>
    public IReadOnlyCollection<string> Foreign => foreign;

    /// <summary>A name of Python's.</summary>
    /// <exception cref="FormatException">It reaches for code.</exception>
    public PickleGlobal Named(string module, string name)
    {
        var global = new PickleGlobal(module, name);
        if (CodeNames.IsMemberAccess(global))
        {
            memberAccess = global;
            return global;
        }

        if (CodeNames.Has(global))
        {
            var names = memberAccess is null ? $"'{global}'" : $"'{memberAccess}' and '{global}'";
            throw Code(names);
        }

        if (!PickleCalls.IsKnown(global))
        {
            foreign.Add(global.ToString());
        }

        return global;
    }

    /// <summary>What a call gives, without making it.</summary>
    /// <exception cref="FormatException">It is none, or not as PyTorch writes it.</exception>
    public object Call(object? callee, object? arguments)
    {
        var values = (arguments as PickleTuple ?? throw new FormatException("a call without a tuple of arguments")).Items;
        switch (callee)
        {
            case PickleGlobal access when CodeNames.IsMemberAccess(access):
                return Member(access, values);
            case PickleGlobal known when PickleCalls.IsKnown(known):
                return PickleCalls.Recognize(known, values);
            case PickleGlobal { Module: "copyreg" or "copy_reg" } when values is [PickleGlobal type, ..]:
                return new PickleOpaque(type);
            case PickleGlobal foreigner:
                return new PickleOpaque(foreigner);
            case PickleOpaque made:
                return new PickleOpaque(made.Kind);
            default:
                throw new FormatException("a call of something that has no name");
        }
    }

    /// <summary>The pickle has ended.</summary>
    /// <exception cref="FormatException">A getattr was named for something else than a member of an enumeration.</exception>
    public void End()
    {
        if (memberAccess is not null)
        {
            throw Code($"'{memberAccess}'");
        }
    }

    private static FormatException Code(string names) =>
        new($"it asks for Python's {names}, which reaches for code; only data is read, so save a state_dict() without it");

    /// <summary>A member of an enumeration, as Python 3.11 writes it: of a class that is named, with a plain name.</summary>
    private PickleOpaque Member(PickleGlobal access, object?[] arguments)
    {
        if (arguments is [PickleGlobal type, string name] && !PickleCalls.IsKnown(type) && CodeNames.IsMember(name))
        {
            memberAccess = null;
            return new PickleOpaque(type);
        }

        throw Code($"'{access}'");
    }
}
