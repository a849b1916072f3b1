using Mono.Cecil;

namespace Pipeline.Serving.Tests.Architecture;

/// <summary>Types of one folder that use types of another.</summary>
/// <param name="From">The folder that uses.</param>
/// <param name="To">The folder that is used.</param>
internal readonly record struct FolderArrow(string From, string To)
{
    public override string ToString() => $"{From} --> {To}";
}

/// <summary>Which of a project's folders use which, as the compiled assembly says: namespaces follow the folders.</summary>
internal sealed class FolderUses
{
    /// <summary>The types that stand in no folder.</summary>
    public const string Root = "Root";

    /// <summary>The file with the program's entry, which has no namespace.</summary>
    public const string Entry = "Program";

    private readonly string rootNamespace;
    private readonly SortedSet<string> folders = new(StringComparer.Ordinal);
    private readonly Dictionary<FolderArrow, SortedSet<string>> uses = [];

    private FolderUses(string rootNamespace) => this.rootNamespace = rootNamespace;

    /// <summary>The folders at the top of the project that hold a type.</summary>
    public IReadOnlySet<string> Folders => folders;

    /// <summary>Every arrow, with each use behind it as "Folder.Type uses Folder.Type".</summary>
    public IEnumerable<(FolderArrow Arrow, IReadOnlyCollection<string> Types)> Arrows =>
        uses.Select(entry => (entry.Key, (IReadOnlyCollection<string>)entry.Value));

    /// <param name="assembly">The project's assembly.</param>
    /// <param name="rootNamespace">What the namespaces of its folders begin with.</param>
    public static FolderUses Of(string assembly, string rootNamespace)
    {
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(Path.GetDirectoryName(assembly));
        using var module = ModuleDefinition.ReadModule(assembly, new ReaderParameters { AssemblyResolver = resolver });
        var result = new FolderUses(rootNamespace);
        foreach (var type in module.Types)
        {
            if (result.FolderOf(type) is { } folder)
            {
                result.folders.Add(folder);
                result.Add(folder, type);
            }
        }

        return result;
    }

    private void Add(string folder, TypeDefinition type)
    {
        foreach (var used in UsedTypes.Of(type))
        {
            if (FolderOf(used) is { } other && other != folder)
            {
                var arrow = new FolderArrow(folder, other);
                uses.TryAdd(arrow, new SortedSet<string>(StringComparer.Ordinal));
                uses[arrow].Add($"{folder}.{Outermost(type).Name} uses {other}.{Outermost(used).Name}");
            }
        }

        foreach (var nested in type.NestedTypes)
        {
            Add(folder, nested);
        }
    }

    /// <summary>The folder of a type; null where it is none of this project's, or the compiler's own.</summary>
    private string? FolderOf(TypeReference type)
    {
        var outermost = Outermost(type);
        if (outermost.Namespace.Length == 0)
        {
            return outermost.Name == Entry ? Entry : null;
        }

        if (outermost.Namespace == rootNamespace)
        {
            return Root;
        }

        var prefix = rootNamespace + ".";
        return outermost.Namespace.StartsWith(prefix, StringComparison.Ordinal)
            ? outermost.Namespace[prefix.Length..].Split('.')[0]
            : null;
    }

    private static TypeReference Outermost(TypeReference type)
    {
        while (type.DeclaringType is not null)
        {
            type = type.DeclaringType;
        }

        return type;
    }
}
