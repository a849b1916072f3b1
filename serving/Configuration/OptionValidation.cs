using System.ComponentModel.DataAnnotations;
using Pipeline.Shared;

namespace Pipeline.Serving.Configuration;

/// <summary>Checks options against their data annotations before any work begins.</summary>
internal static class OptionValidation
{
    /// <exception cref="UserErrorException">A value is missing or out of range; the message lists every such value.</exception>
    public static void Require(object options)
    {
        var errors = new List<ValidationResult>();
        if (!Validator.TryValidateObject(options, new ValidationContext(options), errors, validateAllProperties: true))
        {
            throw new UserErrorException(string.Join(" ", errors.Select(error => error.ErrorMessage)));
        }
    }
}
