using System.Text.Json.Nodes;

namespace Pipeline.Shared.Configuration;

/// <summary>Which layer made which setting, in the order in which they were made.</summary>
public sealed class SettingHistory
{
    private readonly List<MadeSetting> settings = [];
    private string newest = "";
    private int layer;

    /// <summary>Every setting that was made, the earliest first; one may be in it several times.</summary>
    public IReadOnlyList<MadeSetting> Settings => settings;

    /// <summary>Begins a layer over all earlier ones; naming the newest layer again continues it.</summary>
    /// <param name="name">The preset, the file, the environment or the command line.</param>
    public void Enter(string name)
    {
        if (name != newest)
        {
            newest = name;
            layer++;
        }
    }

    /// <summary>A setting that the newest layer makes.</summary>
    /// <param name="key">As <c>milestones</c> or <c>detector.fpnChannels</c>.</param>
    /// <param name="where">Where it was made, for messages.</param>
    /// <param name="value">What it is set to.</param>
    public void Add(string key, string where, JsonNode? value) =>
        settings.Add(new MadeSetting(key, where, layer, value?.DeepClone()));

    /// <summary>The last time that a setting, or one within it, was made; null: never.</summary>
    public MadeSetting? Last(string key) => settings.LastOrDefault(setting =>
        setting.Key == key || setting.Key.StartsWith(key + ".", StringComparison.Ordinal));
}

/// <summary>A setting as one layer made it.</summary>
/// <param name="Key">As <c>milestones</c>; a file's and a preset's inner settings are in their outermost one.</param>
/// <param name="Where">File and line, variable or option.</param>
/// <param name="Layer">A larger number is applied over a smaller one.</param>
/// <param name="Value">What it was set to.</param>
public sealed record MadeSetting(string Key, string Where, int Layer, JsonNode? Value);
