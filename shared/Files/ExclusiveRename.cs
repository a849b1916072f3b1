using System.Runtime.InteropServices;

namespace Pipeline.Shared.Files;

/// <summary>Renames a file to an unused name atomically: of two simultaneous renames one wins.</summary>
/// <remarks>.NET's own move first checks that the name is unused and then renames, so another program can come in between.</remarks>
internal static partial class ExclusiveRename
{
    private const int CurrentFolder = -100;   // AT_FDCWD
    private const uint NoReplace = 1;         // RENAME_NOREPLACE
    private const int AlreadyExists = 17;     // EEXIST

    /// <param name="source">The file.</param>
    /// <param name="target">Its new name, in a folder of the same file system.</param>
    /// <exception cref="IOException">The name is already used.</exception>
    public static void Run(string source, string target)
    {
        if (!OperatingSystem.IsLinux() || !TryRename(source, target))
        {
            File.Move(source, target, overwrite: false);
        }
    }

    /// <returns>False where the kernel or file system cannot do it, or it failed otherwise: .NET's move then decides.</returns>
    private static bool TryRename(string source, string target)
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
