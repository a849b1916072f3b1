using Google.Protobuf;
using Pipeline.Training.Onnx.Proto;
using Kind = Pipeline.Training.Onnx.Proto.AttributeProto.Types.AttributeType;

namespace Pipeline.Training.Onnx;

/// <summary>Attributes of nodes, there and back.</summary>
internal static class OnnxAttributes
{
    /// <param name="name">As the operator calls it.</param>
    /// <param name="value">int, long, float, string or long[].</param>
    /// <exception cref="ArgumentException">The value has another type.</exception>
    public static AttributeProto Create(string name, object value) => value switch
    {
        int number => new AttributeProto { Name = name, Type = Kind.Int, I = number },
        long number => new AttributeProto { Name = name, Type = Kind.Int, I = number },
        float number => new AttributeProto { Name = name, Type = Kind.Float, F = number },
        string text => new AttributeProto { Name = name, Type = Kind.String, S = ByteString.CopyFromUtf8(text) },
        long[] numbers => new AttributeProto { Name = name, Type = Kind.Ints, Ints = { numbers } },
        _ => throw new ArgumentException($"attribute {name}: a value of type {value.GetType().Name} cannot be written.", nameof(value)),
    };

    /// <summary>A whole number among a node's attributes.</summary>
    /// <exception cref="InvalidOperationException">The attribute is missing.</exception>
    public static long Integer(this IEnumerable<AttributeProto> attributes, string name) =>
        attributes.Single(attribute => attribute.Name == name).I;

    /// <summary>A whole number among a node's attributes, or what the operator takes where it is left out.</summary>
    public static long Integer(this IEnumerable<AttributeProto> attributes, string name, long otherwise) =>
        attributes.SingleOrDefault(attribute => attribute.Name == name)?.I ?? otherwise;

    /// <summary>Whole numbers among a node's attributes.</summary>
    /// <exception cref="InvalidOperationException">The attribute is missing.</exception>
    public static long[] Integers(this IEnumerable<AttributeProto> attributes, string name) =>
        [.. attributes.Single(attribute => attribute.Name == name).Ints];

    /// <summary>Whole numbers among a node's attributes, or what the operator takes where they are left out.</summary>
    public static long[] Integers(this IEnumerable<AttributeProto> attributes, string name, long[] otherwise) =>
        attributes.SingleOrDefault(attribute => attribute.Name == name)?.Ints.ToArray() ?? otherwise;

    /// <summary>A text among a node's attributes; null where it is left out.</summary>
    public static string? Text(this IEnumerable<AttributeProto> attributes, string name) =>
        attributes.SingleOrDefault(attribute => attribute.Name == name)?.S.ToStringUtf8();

    /// <summary>A number among a node's attributes, or what the operator takes where it is left out.</summary>
    public static double Number(this IEnumerable<AttributeProto> attributes, string name, double otherwise) =>
        attributes.SingleOrDefault(attribute => attribute.Name == name)?.F ?? otherwise;
}
