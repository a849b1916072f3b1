using System.CommandLine;

namespace Pipeline.Shared.Commands;

/// <summary>A command of a program; the container injects its dependencies.</summary>
public interface IProgramCommand
{
    /// <summary>Creates the command with its name, options and action.</summary>
    Command Create();
}
