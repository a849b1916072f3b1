using System.Globalization;

namespace Pipeline.Shared.ModelRepository;

/// <summary>
/// Whether a manifest is in the folder it names: a folder whose name is a number is a version in a repository,
/// <c>&lt;name&gt;/&lt;version&gt;</c>. A folder with any other name is a deliberate copy elsewhere, and may contain any manifest.
/// </summary>
internal static class ManifestLocation
{
    /// <param name="folder">The version's folder.</param>
    /// <param name="manifestPath">The manifest, for the message.</param>
    /// <param name="manifest">Its content.</param>
    /// <exception cref="UserErrorException">Name or version differs from the folder's.</exception>
    public static void Check(string folder, string manifestPath, ModelManifest manifest)
    {
        var typed = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (!IsVersion(Path.GetFileName(typed)) || Matches(typed, manifest) || Matches(WithoutLinks(typed), manifest))
        {
            return;
        }

        var family = Path.GetFileName(Path.GetDirectoryName(typed));
        if (family != manifest.Name)
        {
            throw ManifestRefusal.OfField(manifestPath, "name", $"'{manifest.Name}', but the folder is '{family}': {Advice(manifest)}");
        }

        throw OtherVersion(manifestPath, manifest, typed);
    }

    /// <summary>Checks the version alone, where the folder above it has a name of its own.</summary>
    /// <param name="folder">The version's folder, whose name is a number.</param>
    /// <param name="manifestPath">The manifest, for the message.</param>
    /// <param name="manifest">Its content.</param>
    /// <exception cref="UserErrorException">The version differs from the folder's.</exception>
    public static void CheckVersion(string folder, string manifestPath, ModelManifest manifest)
    {
        var typed = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var version = manifest.Version.ToString(CultureInfo.InvariantCulture);
        if (Path.GetFileName(typed) != version && Path.GetFileName(Target(typed)) != version)
        {
            throw OtherVersion(manifestPath, manifest, typed);
        }
    }

    private static UserErrorException OtherVersion(string manifestPath, ModelManifest manifest, string folder) => ManifestRefusal.OfField(
        manifestPath, "version", $"{manifest.Version}, but the folder is {Path.GetFileName(folder)}: {Advice(manifest)}");

    private static string Advice(ModelManifest manifest) =>
        $"rename the folders to {manifest.Name}/{manifest.Version}, or give a copy a name that is not a number";

    private static bool IsVersion(string name) => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static bool Matches(string folder, ModelManifest manifest)
    {
        var version = manifest.Version.ToString(CultureInfo.InvariantCulture);
        return Path.GetFileName(folder) == version && Path.GetFileName(Path.GetDirectoryName(folder)) == manifest.Name;
    }

    /// <summary>Model and version may be links, as <c>current</c> to <c>street</c>.</summary>
    private static string WithoutLinks(string folder)
    {
        var version = Target(folder);
        var family = Path.GetDirectoryName(version);
        return family is null ? version : Path.Combine(Target(family), Path.GetFileName(version));
    }

    private static string Target(string folder) => Directory.ResolveLinkTarget(folder, returnFinalTarget: true)?.FullName ?? folder;
}
