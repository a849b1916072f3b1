using System.ComponentModel.DataAnnotations;
using Pipeline.Shared;

namespace Pipeline.Serving.Configuration;

/// <summary>Checks options against their data annotations before any work begins.</summary>
internal static class OptionValidation
{
    /// <summary>Checks one record.</summary>
    /// <exception cref="UserErrorException">A value is missing or out of range; the message lists every such value.</exception>
    public static void Require(object options)
    {
        var errors = new List<ValidationResult>();
        Check(options, errors);
        if (errors.Count > 0)
        {
            throw new UserErrorException(string.Join(" ", errors.Select(error => error.ErrorMessage)));
        }
    }

    /// <summary>Checks the service's options with all their parts.</summary>
    /// <exception cref="UserErrorException">A value is missing or out of range; the message lists every such value.</exception>
    public static void Require(ServiceOptions options)
    {
        object[] parts =
            [options.Repository, options.Listen, options.Execution, options.Batching, options.Limits, options.Lifecycle];
        var errors = new List<ValidationResult>();
        foreach (var part in parts)
        {
            Check(part, errors);
        }

        if (errors.Count > 0)
        {
            throw new UserErrorException(string.Join(" ", errors.Select(error => error.ErrorMessage)));
        }
    }

    private static void Check(object options, List<ValidationResult> errors) =>
        Validator.TryValidateObject(options, new ValidationContext(options), errors, validateAllProperties: true);
}
