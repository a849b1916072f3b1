using System.Text.Json.Nodes;

namespace Pipeline.Shared.Configuration;

/// <summary>Options of a run, which come from several layers.</summary>
public interface ILayeredOptions
{
    /// <summary>Settles what depends on the layer that made a setting; nothing does, unless the record says so.</summary>
    /// <param name="settings">The settings of all layers together; they are changed in place.</param>
    /// <param name="history">Which layer made which setting, and in which order.</param>
    static virtual void Settle(JsonObject settings, SettingHistory history)
    {
    }
}
