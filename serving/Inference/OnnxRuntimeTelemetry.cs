using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Pipeline.Serving.Inference;

/// <summary>
/// Turns ONNX Runtime's telemetry off before ONNX Runtime is loaded. Since 1.29 it is on by default: it keeps a device id and a
/// database of events in the home folder, and sends them. Its switch is read from the environment of the C library, which .NET's own
/// setter does not reach. Every program that loads ONNX Runtime compiles this file.
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
    /// Builds for Windows may report through the system's event tracing instead, which has its own switch. Call this before the first
    /// session is created.
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

    /// <summary>Sets the variable for both the C library and the process.</summary>
    [LibraryImport("ucrtbase", EntryPoint = "_putenv_s", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PutEnvironment(string name, string value);
}
