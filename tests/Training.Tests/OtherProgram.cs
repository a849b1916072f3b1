using System.ComponentModel;
using System.Diagnostics;

namespace Pipeline.Training.Tests;

/// <summary>Runs a program that is not ours to its end.</summary>
internal static class OtherProgram
{
    /// <returns>Its exit code and what it printed; no code where it is not installed.</returns>
    public static (int? Code, string Output, string Errors) Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, errors.GetAwaiter().GetResult());
        }
        catch (Win32Exception exception)
        {
            return (null, "", exception.Message);
        }
    }
}
