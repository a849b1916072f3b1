using System.Reflection;

namespace Pipeline.Shared.Configuration;

/// <summary>The presets that come with a program, as resources named <c>presets.&lt;command&gt;.&lt;name&gt;.json</c>.</summary>
public static class PresetFiles
{
    private const string Folder = ".presets.";

    /// <summary>Names of a command's presets.</summary>
    /// <param name="program">The program.</param>
    /// <param name="command">The command.</param>
    public static IReadOnlyList<string> Names(Assembly program, string command) =>
    [
        .. Resources(program, $"{Folder}{command}.")
            .Select(resource => resource.Split('.')[^2])
            .Order(StringComparer.Ordinal),
    ];

    /// <exception cref="UserErrorException">There is no such preset.</exception>
    internal static string Read(Assembly program, string command, string name)
    {
        var known = Names(program, command);
        if (!known.Contains(name))
        {
            throw new UserErrorException($"--preset: there is no preset '{name}'; known are {string.Join(", ", known)}.");
        }

        using var stream = program.GetManifestResourceStream(Resources(program, $"{Folder}{command}.{name}.json").Single())!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static IEnumerable<string> Resources(Assembly program, string part) =>
        program.GetManifestResourceNames().Where(resource => resource.Contains(part, StringComparison.Ordinal));
}
