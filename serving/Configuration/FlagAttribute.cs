namespace Pipeline.Serving.Configuration;

/// <summary>Names the command-line flag of an option, where the option's own name would say too little.</summary>
/// <param name="name">Such as <c>--model-version</c>.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class FlagAttribute(string name) : Attribute
{
    /// <summary>Such as <c>--model-version</c>.</summary>
    public string Name => name;
}
