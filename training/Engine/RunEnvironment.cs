using System.Reflection;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Pipeline.Training.Engine;

/// <summary>What a run ran on: weights are the same bits only where this is the same, and on the CPU only.</summary>
/// <param name="Command">What it is a run of, as <c>finetune</c>; null in folders of older versions.</param>
/// <param name="Tool">This program's version.</param>
/// <param name="Runtime">.NET's.</param>
/// <param name="System">The operating system.</param>
/// <param name="Architecture">Of the processor.</param>
/// <param name="Processors">How many.</param>
/// <param name="Libtorch">Its version.</param>
/// <param name="Threads">Those of libtorch.</param>
/// <param name="Started">When.</param>
internal sealed record RunEnvironment(
    string? Command,
    string? Tool,
    string Runtime,
    string System,
    string Architecture,
    int Processors,
    string Libtorch,
    int Threads,
    DateTimeOffset Started)
{
    public static RunEnvironment Here(string command) => new(
        command, Assembly.GetExecutingAssembly().GetName().Version?.ToString(3),
        RuntimeInformation.FrameworkDescription, RuntimeInformation.OSDescription.Trim(),
        RuntimeInformation.ProcessArchitecture.ToString(), Environment.ProcessorCount, __version__, get_num_threads(),
        DateTimeOffset.UtcNow);
}
