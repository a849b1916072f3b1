using System.Runtime.InteropServices;

namespace Pipeline.Shared.Files;

/// <summary>Renames a file to a name that nothing has, in one step: of two at once one wins.</summary>
/// <remarks>.NET's own move looks whether the name is taken and renames then, and another can come in between.</remarks>
internal static partial class ExclusiveRename
{
    private const int CurrentFolder = -100;   // AT_FDCWD
    private const uint NoReplace = 1;         // RENAME_NOREPLACE
    private const int AlreadyExists = 17;     // EEXIST

    /// <param name="source">The file.</param>
    /// <param name="target">Its new name, in a folder of the same file system.</param>
    /// <exception cref="IOException">Something has the name already.</exception>
    public static void Run(string source, string target)
    {
        if (!OperatingSystem.IsLinux() || !HasRun(source, target))
        {
            File.Move(source, target, overwrite: false);
        }
    }

    /// <summary>Whether it was done so; a kernel or a file system that cannot, and any other failure, is left to .NET's move.</summary>
    private static bool HasRun(string source, string target)
    {
        try
        {
            if (RenameAt2(CurrentFolder, source, CurrentFolder, target, NoReplace) == 0)
            {
                return true;
            }

            if (Marshal.GetLastPInvokeError() == AlreadyExists)
            {
                throw new IOException($"The file '{target}' already exists.");
            }

            return false;
        }
        catch (EntryPointNotFoundException)
        {
            return false;   // an old C library
        }
    }

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt2(int sourceFolder, string source, int targetFolder, string target, uint flags);
}
