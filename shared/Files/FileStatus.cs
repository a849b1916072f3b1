using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Pipeline.Shared.Files;

/// <summary>What a path leads to.</summary>
public enum FileKind
{
    /// <summary>Nothing, a link to nothing, or links in a circle.</summary>
    Missing,

    /// <summary>Unknown: this user cannot enter a parent folder.</summary>
    Forbidden,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A pipe, a socket or a device: opening or reading it may never end.</summary>
    Special,
}

/// <summary>What a path leads to when all links are followed, and the identity of that file whatever the spelling of the path.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Identity">The same text for two paths to one file or folder; empty where there is none.</param>
public readonly partial record struct FileStatus(FileKind Kind, string Identity)
{
    private const int CurrentFolder = -100;      // AT_FDCWD
    private const int BasicStatistics = 0x7FF;   // STATX_BASIC_STATS
    private const int NoPermission = 13;         // EACCES
    private const int NoSuchCall = 38;           // ENOSYS

    private const int StatusBytes = 256;
    private const int ModeOffset = 28;
    private const int InodeOffset = 32;
    private const int DeviceMajorOffset = 136;
    private const int DeviceMinorOffset = 140;

    private const int TypeMask = 0xF000;
    private const int FolderType = 0x4000;
    private const int FileType = 0x8000;

    /// <summary>Inspects a path without opening it.</summary>
    public static FileStatus Of(string path)
    {
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            return new FileStatus(FileKind.Missing, "");
        }

        return OperatingSystem.IsLinux() && TryLinux(path, out var status) ? status : Portable(path);
    }

    /// <summary>Calls Linux's statx, whose structure is the same on every processor.</summary>
    private static bool TryLinux(string path, out FileStatus status)
    {
        Span<byte> buffer = stackalloc byte[StatusBytes];
        status = new FileStatus(FileKind.Missing, "");
        int result;
        try
        {
            result = StatX(CurrentFolder, Path.GetFullPath(path), 0, BasicStatistics, buffer);   // as .NET opens it
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }

        if (result != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == NoPermission)
            {
                status = new FileStatus(FileKind.Forbidden, "");
            }

            return error != NoSuchCall;
        }

        var kind = (BinaryPrimitives.ReadUInt16LittleEndian(buffer[ModeOffset..]) & TypeMask) switch
        {
            FileType => FileKind.File,
            FolderType => FileKind.Folder,
            _ => FileKind.Special,
        };
        var inode = BinaryPrimitives.ReadUInt64LittleEndian(buffer[InodeOffset..]);
        var major = BinaryPrimitives.ReadUInt32LittleEndian(buffer[DeviceMajorOffset..]);
        var minor = BinaryPrimitives.ReadUInt32LittleEndian(buffer[DeviceMinorOffset..]);
        status = new FileStatus(kind, $"{major}:{minor}:{inode}");
        return true;
    }

    /// <summary>On other systems: the full path with all links followed, in upper case because their file systems ignore case.</summary>
    private static FileStatus Portable(string path)
    {
        var resolved = Path.GetPathRoot(Path.GetFullPath(path))!;
        var below = Path.GetFullPath(path)[resolved.Length..];
        foreach (var part in below.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(resolved, part);
            try
            {
                resolved = new FileInfo(next).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? next;
            }
            catch (IOException)
            {
                resolved = next;
            }
        }

        if (Directory.Exists(resolved))
        {
            return new FileStatus(FileKind.Folder, resolved.ToUpperInvariant());
        }

        return File.Exists(resolved) ? new FileStatus(FileKind.File, resolved.ToUpperInvariant()) : new FileStatus(FileKind.Missing, "");
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, Span<byte> status);
}
