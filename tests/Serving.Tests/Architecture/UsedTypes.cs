using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Pipeline.Serving.Tests.Architecture;

/// <summary>Every type that the compiled code of a type names, its nested types (lambdas and iterators are some) left out.</summary>
/// <remarks>A constant and a <c>nameof</c> leave no trace: the compiler writes their value in their place.</remarks>
internal static class UsedTypes
{
    public static IEnumerable<TypeReference> Of(TypeDefinition type) =>
    [
        .. Parts(type.BaseType),
        .. type.Interfaces.SelectMany(implemented => Parts(implemented.InterfaceType)),
        .. Attributes(type),
        .. Constraints(type),
        .. type.Fields.SelectMany(field => Parts(field.FieldType).Concat(Attributes(field))),
        .. type.Properties.SelectMany(Attributes),
        .. type.Events.SelectMany(Attributes),
        .. type.Methods.SelectMany(OfMethod),
    ];

    private static IEnumerable<TypeReference> OfMethod(MethodDefinition method) =>
    [
        .. Signature(method),
        .. Attributes(method),
        .. Attributes(method.MethodReturnType),
        .. method.Parameters.SelectMany(Attributes),
        .. Constraints(method),
        .. method.Overrides.SelectMany(Member),
        .. method.HasBody ? OfBody(method.Body) : [],
    ];

    private static IEnumerable<TypeReference> OfBody(MethodBody body) =>
    [
        .. body.Variables.SelectMany(variable => Parts(variable.VariableType)),
        .. body.ExceptionHandlers.SelectMany(handler => Parts(handler.CatchType)),
        .. body.Instructions.SelectMany(instruction => OfOperand(instruction.Operand)),
    ];

    private static IEnumerable<TypeReference> OfOperand(object? operand) => operand switch
    {
        TypeReference type => Parts(type),
        MemberReference member => Member(member),
        CallSite call => Signature(call),
        _ => [],
    };

    private static IEnumerable<TypeReference> Member(MemberReference member) => member switch
    {
        GenericInstanceMethod generic =>
            [.. Parts(generic.DeclaringType), .. Signature(generic), .. generic.GenericArguments.SelectMany(Parts)],
        MethodReference method => [.. Parts(method.DeclaringType), .. Signature(method)],
        FieldReference field => [.. Parts(field.DeclaringType), .. Parts(field.FieldType)],
        _ => Parts(member.DeclaringType),
    };

    private static IEnumerable<TypeReference> Signature(IMethodSignature signature) =>
        [.. Parts(signature.ReturnType), .. signature.Parameters.SelectMany(parameter => Parts(parameter.ParameterType))];

    private static IEnumerable<TypeReference> Constraints(IGenericParameterProvider generic) =>
        generic.GenericParameters.SelectMany(parameter => parameter.Constraints)
            .SelectMany(constraint => Parts(constraint.ConstraintType));

    private static IEnumerable<TypeReference> Attributes(ICustomAttributeProvider attributed) =>
        attributed.CustomAttributes.SelectMany(attribute => attribute.ConstructorArguments
            .Select(argument => argument.Value).OfType<TypeReference>().SelectMany(Parts)
            .Concat(Parts(attribute.AttributeType)));

    /// <summary>
    /// The types that a written type is made of: itself, the elements of arrays and pointers, the arguments of generic types.
    /// </summary>
    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => [generic.ElementType, .. generic.GenericArguments.SelectMany(Parts)],
        FunctionPointerType pointer => Signature(pointer),
        IModifierType modified => [.. Parts(modified.ModifierType), .. Parts(modified.ElementType)],
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };
}
