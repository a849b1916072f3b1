using Mono.Cecil;

namespace Pipeline.Serving.Tests.Architecture;

public sealed class UsedTypesTests
{
    [Theory]
    [InlineData(nameof(InField))]
    [InlineData(nameof(InBase))]
    [InlineData(nameof(InInterface))]
    [InlineData(nameof(InAttribute))]
    [InlineData(nameof(InAttributeArgument))]
    [InlineData(nameof(InConstraint<>))]
    [InlineData(nameof(InSignature))]
    [InlineData(nameof(InBody))]
    [InlineData(nameof(InGenericCall))]
    [InlineData(nameof(InCatch))]
    [InlineData(nameof(InLambda))]
    [InlineData(nameof(InIterator))]
    public void A_type_is_found_wherever_it_is_used(string user)
    {
        using var module = ModuleDefinition.ReadModule(typeof(UsedTypesTests).Assembly.Location);
        var type = module.GetType(typeof(UsedTypesTests).FullName).NestedTypes.Single(nested => nested.Name.Split('`')[0] == user);

        Assert.Contains(All(type), used => used.Name.StartsWith("Used", StringComparison.Ordinal));
    }

    [Fact]
    public void A_type_that_is_not_used_is_not_found()
    {
        using var module = ModuleDefinition.ReadModule(typeof(UsedTypesTests).Assembly.Location);
        var type = module.GetType(typeof(UsedTypesTests).FullName).NestedTypes.Single(nested => nested.Name == nameof(Used));

        Assert.DoesNotContain(All(type), used => used.Name.StartsWith("Used", StringComparison.Ordinal) && used.Name != nameof(Used));
    }

    private static IEnumerable<TypeReference> All(TypeDefinition type) => UsedTypes.Of(type).Concat(type.NestedTypes.SelectMany(All));

#pragma warning disable CS0649, CS0169, CA1823, CA1812, CA1822, IDE0051, IDE0044 // The samples are read, never run.
    private sealed class Used : Exception
    {
        public static int Number => 1;
    }

    [AttributeUsage(AttributeTargets.Class)]
    private sealed class UsedAttribute : Attribute;

    [AttributeUsage(AttributeTargets.Class)]
    private sealed class TypedAttribute(Type type) : Attribute
    {
        public Type Type => type;
    }

    private class UsedBase;

    private sealed class InField
    {
        private readonly List<Used[]>? field;
    }

    private sealed class InBase : UsedBase;

    private sealed class InInterface : IEquatable<Used>
    {
        public bool Equals(Used? other) => false;

        public override bool Equals(object? obj) => false;

        public override int GetHashCode() => 0;
    }

    [Used]
    private sealed class InAttribute;

    [Typed(typeof(Used))]
    private sealed class InAttributeArgument;

    private sealed class InConstraint<T>
        where T : UsedBase;

    private sealed class InSignature
    {
        public static void Take(ref Used used) => ArgumentNullException.ThrowIfNull(used);
    }

    private sealed class InBody
    {
        public static int Make() => Used.Number;
    }

    private sealed class InGenericCall
    {
        public static int Make() => Enumerable.Empty<Used>().Count();
    }

    private sealed class InCatch
    {
        public static void Try(Action action)
        {
            try
            {
                action();
            }
            catch (Used)
            {
            }
        }
    }

    private sealed class InLambda
    {
        public static Func<int> Make() => () => Used.Number;
    }

    private sealed class InIterator
    {
        public static IEnumerable<int> Make()
        {
            yield return Used.Number;
        }
    }
#pragma warning restore CS0649, CS0169, CA1823, CA1812, CA1822, IDE0051, IDE0044
}
