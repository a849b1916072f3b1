using System.Collections.Frozen;

namespace Pipeline.Training.Checkpoints.Pth;

/// <summary>
/// Modules of Python's whose names people also give to their own: <c>profile.Config</c> is somebody's data. What Python's own have
/// there that reaches for code is known by its name.
/// </summary>
internal static class SharedModuleNames
{
    private static readonly FrozenDictionary<string, FrozenSet<string>> Callables = new Dictionary<string, FrozenSet<string>>
    {
        ["code"] = Names("InteractiveInterpreter", "InteractiveConsole", "interact", "compile_command", "CommandCompiler"),
        ["commands"] = Names("getstatus", "getoutput", "getstatusoutput", "mkarg", "mk2arg"),
        ["platform"] = Names(
            "popen", "system", "architecture", "libc_ver", "processor", "uname", "platform", "node", "machine", "version", "release"),
        ["profile"] = Names("run", "runctx", "Profile", "main", "help"),
        ["site"] = Names(
            "main", "addsitedir", "addpackage", "addsitepackages", "addusersitepackages", "addusersite", "execsitecustomize",
            "execusercustomize", "enablerlcompleter", "register_readline", "venv", "setquit", "setcopyright", "sethelper",
            "abs_paths", "removeduppaths", "makepath"),
        ["trace"] = Names("Trace", "CoverageResults", "main"),
        ["types"] = Names(
            "FunctionType", "LambdaType", "CodeType", "MethodType", "ModuleType", "UnboundMethodType", "BuiltinFunctionType",
            "BuiltinMethodType", "WrapperDescriptorType", "MethodWrapperType", "MethodDescriptorType", "ClassMethodDescriptorType",
            "GetSetDescriptorType", "MemberDescriptorType", "GeneratorType", "CoroutineType", "AsyncGeneratorType", "CellType",
            "FrameType", "TracebackType", "ClassType", "InstanceType", "FileType", "TypeType", "ObjectType", "DynamicClassAttribute",
            "new_class", "prepare_class", "resolve_bases", "get_original_bases", "coroutine"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Whether a module of Python's has the name.</summary>
    public static bool Contains(string module) => Callables.ContainsKey(module);

    /// <summary>Whether a name is one of Python's own in such a module that reaches for code; private ones are taken for such.</summary>
    public static bool HasCode(PickleGlobal global)
    {
        if (!Callables.TryGetValue(global.Module, out var callables))
        {
            return false;
        }

        var first = global.Name.Split('.')[0];
        return first.StartsWith('_') || callables.Contains(first);
    }

    private static FrozenSet<string> Names(params string[] names) => names.ToFrozenSet(StringComparer.Ordinal);
}
