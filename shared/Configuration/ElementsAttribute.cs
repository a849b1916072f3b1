using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Pipeline.Shared.Configuration;

/// <summary>The range of every number in a list, or in a list of lists.</summary>
/// <param name="least">The smallest number that is taken.</param>
/// <param name="most">The largest number that is taken.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ElementsAttribute(double least, double most) : ValidationAttribute
{
    /// <summary>The smallest number that is taken.</summary>
    public double Least => least;

    /// <summary>The largest number that is taken.</summary>
    public double Most => most;

    /// <inheritdoc />
    public override bool IsValid(object? value) => value switch
    {
        null => false,
        IEnumerable list => list.Cast<object?>().All(IsValid),
        IConvertible number =>
            number.ToDouble(CultureInfo.InvariantCulture) >= least && number.ToDouble(CultureInfo.InvariantCulture) <= most,
        _ => false,
    };
}
