namespace Pipeline.Shared;

/// <summary>
/// The user's input is wrong: the message says what, where (file:line, field) and what to do. Commands print it without a stack trace
/// and exit with code 2; services answer 4xx.
/// </summary>
public class UserErrorException : Exception
{
    /// <param name="message">What is wrong, where, and what to do.</param>
    public UserErrorException(string message) : base(message)
    {
    }

    /// <param name="message">What is wrong, where, and what to do.</param>
    /// <param name="innerException">The technical cause, shown only at verbosity <c>debug</c>.</param>
    public UserErrorException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
