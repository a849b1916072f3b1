using System.Collections.Frozen;

namespace Pipeline.Training.Checkpoints.Pth;

/// <summary>Python's names that reach for code. Nothing in a file is ever run; one that names them is refused all the same.</summary>
internal static class CodeNames
{
    /// <summary>Together with everything below them.</summary>
    private static readonly FrozenSet<string> Modules = FrozenSet.Create(
        StringComparer.Ordinal,
        "os", "posix", "nt", "sys", "subprocess", "posixsubprocess", "popen2", "pty", "signal", "shutil",
        "tempfile", "webbrowser", "importlib", "imp", "runpy", "pkgutil", "zipimport", "pkg_resources", "pydoc", "pip",
        "ensurepip", "venv", "setuptools", "distutils", "codeop", "codecs", "py_compile", "compileall",
        "rlcompleter", "ast", "dis", "inspect", "gc", "operator", "functools", "timeit", "cProfile",
        "pdb", "bdb", "doctest", "unittest", "idlelib", "ctypes", "cffi", "winreg", "msvcrt", "winapi", "mmap", "fcntl", "io",
        "zipfile", "tarfile", "socket", "socketserver", "ssl", "http", "httplib", "urllib", "urllib2", "urllib3", "requests",
        "ftplib", "smtplib", "telnetlib", "xmlrpc", "asyncio", "multiprocessing", "concurrent", "threading", "thread", "pickle",
        "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "yaml", "sqlite3", "logging.config", "numpy.f2py",
        "numpy.distutils", "numpy.testing", "numpy.ctypeslib", "torch.hub", "torch.jit", "torch.package", "torch.fx",
        "torch.serialization", "torch.ops", "torch.classes", "torch.library", "torch.multiprocessing", "torch.testing",
        "torch.distributed.rpc", "torch.utils.cpp_extension", "torch.utils.model_zoo", "torch.utils.collect_env", "torch._dynamo",
        "torch._inductor");

    /// <summary>In whatever module.</summary>
    private static readonly FrozenSet<string> Callables = FrozenSet.Create(
        StringComparer.Ordinal,
        "eval", "exec", "execfile", "system", "popen", "Popen", "getattr", "setattr", "delattr", "attrgetter", "methodcaller",
        "partial", "load", "loads", "unsafe_load", "full_load", "read_pickle", "_load_from_bytes", "import_module",
        "_import_dotted_name", "run_module", "run_path", "load_module", "load_source", "load_library", "check_call",
        "check_output", "getoutput", "getstatusoutput", "exec_command", "runstring", "FunctionType", "LambdaType", "CodeType",
        "MethodType", "ModuleType", "reduce_graph_module");

    /// <summary>Data all the same.</summary>
    private static readonly FrozenSet<string> Data = FrozenSet.Create(
        StringComparer.Ordinal,
        "_codecs.encode", "types.SimpleNamespace", "types.NoneType", "types.MappingProxyType", "types.GenericAlias",
        "io.BytesIO", "io.StringIO",
        "_io.BytesIO", "_io.StringIO", "copyreg.__newobj__", "copyreg.__newobj_ex__", "copy_reg.__newobj__",
        "copy_reg.__newobj_ex__", "torch.serialization._get_layout");

    /// <summary>What may be named of <c>builtins</c>: types, and errors by their endings.</summary>
    private static readonly FrozenSet<string> BuiltinTypes = FrozenSet.Create(
        StringComparer.Ordinal,
        "set", "frozenset", "list", "dict", "tuple", "int", "long", "float", "complex", "bool", "str", "unicode", "bytes",
        "bytearray", "object", "type", "slice", "range", "xrange", "Ellipsis", "NotImplemented");

    /// <summary>Whether a name reaches for code.</summary>
    public static bool Has(PickleGlobal global)
    {
        if (Data.Contains(global.ToString()))
        {
            return false;
        }

        if (global.Module is "builtins" or "__builtin__")
        {
            return !IsBuiltinData(global.Name);
        }

        return IsCodeModule(global.Module)
            || SharedModuleNames.HasCode(global)
            || global.Name.Split('.').Any(IsCodePart)
            || global.Name.Split('.').SkipLast(1).Any(SharedModuleNames.Contains);
    }

    /// <summary>Whether it is <c>getattr</c>, by which Python 3.11 writes members of enumerations.</summary>
    public static bool IsMemberAccess(PickleGlobal global) => global is { Module: "builtins" or "__builtin__", Name: "getattr" };

    /// <summary>Whether a member's name is a plain one, as those of enumerations are.</summary>
    public static bool IsMember(string name) => !name.Contains('.', StringComparison.Ordinal) && !IsCodePart(name);

    private static bool IsBuiltinData(string name) =>
        BuiltinTypes.Contains(name)
        || name.EndsWith("Error", StringComparison.Ordinal)
        || name.EndsWith("Exception", StringComparison.Ordinal)
        || name.EndsWith("Warning", StringComparison.Ordinal);

    /// <summary>Any prefix of the module's name that ends at a dot; a private twin (<c>_operator</c>) is the same module.</summary>
    private static bool IsCodeModule(string module)
    {
        for (var end = module.IndexOf('.', StringComparison.Ordinal); end >= 0; end = module.IndexOf('.', end + 1))
        {
            if (IsListed(module[..end]))
            {
                return true;
            }
        }

        return IsListed(module);
    }

    private static bool IsListed(string module) => Modules.Contains(module) || Modules.Contains(module.TrimStart('_'));

    /// <summary>A dotted name walks from object to object, and so into modules that its own module imports.</summary>
    private static bool IsCodePart(string part)
    {
        var isSpecial = part.StartsWith("__", StringComparison.Ordinal) && part.EndsWith("__", StringComparison.Ordinal);
        var isCallable = Callables.Contains(part) || Callables.Contains(part.TrimStart('_'));
        return isSpecial || isCallable || part is "builtins" || IsListed(part);
    }
}
