using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Pipeline.Shared.Configuration;

namespace Pipeline.Serving.Configuration;

/// <summary>
/// The summaries of the options' properties, from the documentation file that is built and published beside the program: help and source
/// cannot say different things.
/// </summary>
internal static partial class SettingDocumentation
{
    private static readonly Lazy<IReadOnlyDictionary<string, XElement>> Summaries = new(Load);

    /// <summary>The summary of a property as plain text; empty when the file is missing.</summary>
    public static string Of(PropertyInfo property) =>
        Summaries.Value.TryGetValue($"P:{property.DeclaringType!.FullName}.{property.Name}", out var summary) ? Text(summary) : "";

    private static Dictionary<string, XElement> Load()
    {
        var path = Path.Combine(AppContext.BaseDirectory, typeof(SettingDocumentation).Assembly.GetName().Name + ".xml");
        return File.Exists(path)
            ? XDocument.Load(path).Descendants("member")
                .Where(member => member.Element("summary") is not null)
                .ToDictionary(member => (string)member.Attribute("name")!, member => member.Element("summary")!)
            : [];
    }

    private static string Text(XElement summary)
    {
        var parts = summary.Nodes().Select(node => node switch
        {
            XElement { Name.LocalName: "see" } reference => Named((string?)reference.Attribute("cref") ?? ""),
            XElement element => element.Value,
            _ => node.ToString(),
        });
        return WhiteSpace().Replace(string.Concat(parts), " ").Trim();
    }

    /// <summary>What a reference of the documentation is called on the command line: an option's flag, or a value's name.</summary>
    private static string Named(string reference)
    {
        var member = reference[(reference.LastIndexOf('.') + 1)..];
        var option = ServiceSetting.All.FirstOrDefault(setting => setting.Path.Property.AttributeProvider is PropertyInfo property
            && reference == $"P:{property.DeclaringType!.FullName}.{property.Name}");
        if (option is not null)
        {
            return option.Flag;
        }

        var type = reference.StartsWith("F:", StringComparison.Ordinal)
            ? typeof(SettingDocumentation).Assembly.GetType(reference[2..reference.LastIndexOf('.')])
            : null;
        return type?.IsEnum == true ? EnumNames.Of(Enum.Parse(type, member)) : member;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
