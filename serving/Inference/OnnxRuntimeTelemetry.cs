using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Pipeline.Serving.Inference;

/// <summary>
/// Turns ONNX Runtime's telemetry off before ONNX Runtime is loaded. From 1.29 on it is on by default: it keeps a device id and a
/// database of events below the home folder, and sends them. It reads its switch from the environment of the C library, which .NET's
/// own setter does not reach. Every program that loads ONNX Runtime compiles this file.
/// </summary>
internal static partial class OnnxRuntimeTelemetry
{
    private const string Switch = "ORT_DISABLE_TELEMETRY";

    /// <summary>Runs before any other code of the program.</summary>
    [ModuleInitializer]
    internal static void TurnOff()
    {
        if (OperatingSystem.IsWindows())
        {
            _ = PutEnvironment(Switch, "1");
            return;
        }

        _ = SetEnvironment(Switch, "1", overwrite: 1);
    }

    /// <summary>
    /// Windows' builds may report through the system's tracing instead, which has a switch of its own; call it before the first
    /// session.
    /// </summary>
    internal static void TurnOffTracing()
    {
        if (OperatingSystem.IsWindows())
        {
            OrtEnv.Instance().DisableTelemetryEvents();
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    /// <summary>Sets the variable for the C library and for the process.</summary>
    [LibraryImport("ucrtbase", EntryPoint = "_putenv_s", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PutEnvironment(string name, string value);
}
