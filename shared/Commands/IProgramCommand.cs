using System.CommandLine;

namespace Pipeline.Shared.Commands;

/// <summary>A command of a program, made by its container with what it needs.</summary>
public interface IProgramCommand
{
    /// <summary>Name, options and what it does.</summary>
    Command Create();
}
